//! Object names in the uploads bucket.

use std::{fmt, str::FromStr};

use super::ItemKind;
use crate::base::ids::{ItemId, ProjectId};

/// The name of an upload's object. It contains the upload's number, so a later upload never overwrites an earlier
/// upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectName {
    /// The kind of the item.
    pub kind: ItemKind,
    /// The id of the item's project.
    pub project_id: ProjectId,
    /// The id of the item.
    pub item_id: ItemId,
    /// The upload's number within the item, from 1.
    pub upload_no: i32,
}

impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, project_id, item_id, upload_no } = self;
        write!(formatter, "{}/{project_id}/{item_id}/{upload_no}", kind.definition().prefix)
    }
}

impl FromStr for ObjectName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let mut parts = name.split('/');
            let prefix = parts.next()?;
            let kind = ItemKind::ALL.into_iter().find(|kind| kind.definition().prefix == prefix)?;
            let project_id = parts.next()?.parse().ok()?;
            let item_id = parts.next()?.parse().ok()?;
            let upload_no = parts.next()?.parse().ok()?;
            parts.next().is_none().then_some(Self { kind, project_id, item_id, upload_no })
        };
        parse().ok_or("is not the name of an upload")
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectName;

    #[test]
    fn an_object_name_round_trips_and_other_names_are_refused() {
        let name = "documents/018f8f8f-0000-7000-8000-000000000001/018f8f8f-0000-7000-8000-000000000002/3";
        let parsed: ObjectName = name.parse().expect("an object name");
        assert_eq!(parsed.to_string(), name);
        for other in ["", "documents/x/y/1", "other/a", &format!("{name}/more")] {
            assert!(other.parse::<ObjectName>().is_err(), "{other}");
        }
    }
}
