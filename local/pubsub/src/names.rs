//! Resource names: `projects/{project}/topics/{id}` and `projects/{project}/subscriptions/{id}`.

use crate::error::Error;

/// The topic of a subscription whose topic was deleted.
pub(crate) const DELETED_TOPIC: &str = "_deleted-topic_";

/// The kinds of resources.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Topic,
    Subscription,
}

impl Kind {
    /// Returns the collection's name in paths and in the data folder.
    pub(crate) const fn collection(self) -> &'static str {
        match self {
            Self::Topic => "topics",
            Self::Subscription => "subscriptions",
        }
    }
}

/// Returns the id in a full name of this project, or the bare id.
pub(crate) fn id<'n>(project: &str, kind: Kind, name: &'n str) -> Result<&'n str, Error> {
    let id = match name.strip_prefix("projects/") {
        None => name,
        Some(rest) => {
            let mut parts = rest.splitn(3, '/');
            match (parts.next(), parts.next(), parts.next()) {
                (Some(named), Some(collection), Some(id)) if collection == kind.collection() => {
                    if named != project {
                        return Err(Error::NotFound(name.to_owned()));
                    }
                    id
                }
                _ => return Err(invalid(name)),
            }
        }
    };
    if is_valid(id) { Ok(id) } else { Err(invalid(name)) }
}

/// Returns the full name of an id.
pub(crate) fn full(project: &str, kind: Kind, id: &str) -> String {
    format!("projects/{project}/{}/{id}", kind.collection())
}

/// Returns true if the real service accepts the id
/// (<https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names>). Such an id is also a safe file name.
fn is_valid(id: &str) -> bool {
    (3..=255).contains(&id.len())
        && id.starts_with(|first: char| first.is_ascii_alphabetic())
        && !id.starts_with("goog")
        && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~+%".contains(c))
}

fn invalid(name: &str) -> Error {
    Error::InvalidArgument(format!("Invalid resource name given (name={name})."))
}

#[cfg(test)]
mod tests {
    use super::{Kind, id};

    #[test]
    fn a_name_outside_the_project_is_rejected() {
        assert_eq!(id("p", Kind::Topic, "projects/p/topics/uploads").expect("valid"), "uploads");
        assert_eq!(id("p", Kind::Topic, "uploads").expect("valid"), "uploads");
        let refused = [
            "projects/other/topics/uploads",
            "projects/p/subscriptions/uploads",
            "projects/p/topics/../../etc",
            "projects/p/topics/",
            "ab",
            "1abc",
            "google-topic",
            "a/b/c",
            "",
        ];
        for name in refused {
            assert!(id("p", Kind::Topic, name).is_err(), "{name}");
        }
    }
}
