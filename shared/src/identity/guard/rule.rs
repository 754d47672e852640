//! The roles in a project, and the rules that say which of them a route admits.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a member may do in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ProjectRole {
    /// Everything in the project.
    Admin,
    /// Uploads, and what concerns their own items.
    Contributor,
    /// The review queue.
    Reviewer,
}

/// Which roles a route admits. A super admin is always admitted.
pub trait Rule: Send + Sync + 'static {
    /// Whether a member may; `own` when the resource is the caller's own upload.
    fn allows(role: ProjectRole, own: bool) -> bool;
}

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident: |$role:pat_param, $own:pat_param| $allows:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $rule;

            impl Rule for $rule {
                fn allows($role: ProjectRole, $own: bool) -> bool {
                    $allows
                }
            }
        )*
    };
}

rules! {
    /// Any member of the project.
    Members: |_, _| true;
    /// The project's admins.
    Admins: |role, _| role == ProjectRole::Admin;
    /// Those who may upload.
    Contributors: |role, _| matches!(role, ProjectRole::Admin | ProjectRole::Contributor);
    /// Those who may review.
    Reviewers: |role, _| matches!(role, ProjectRole::Admin | ProjectRole::Reviewer);
    /// Those who may change an item: its uploader, and the project's admins.
    Editors: |role, own| role == ProjectRole::Admin || (role == ProjectRole::Contributor && own);
}

#[cfg(test)]
mod tests {
    use super::{Admins, Contributors, Editors, Members, ProjectRole, Reviewers, Rule};

    fn let_in<R: Rule>(own: bool) -> [bool; 3] {
        [ProjectRole::Admin, ProjectRole::Contributor, ProjectRole::Reviewer].map(|role| R::allows(role, own))
    }

    #[test]
    fn each_rule_lets_in_whom_the_permission_table_names() {
        assert_eq!(let_in::<Members>(false), [true, true, true]);
        assert_eq!(let_in::<Admins>(true), [true, false, false]);
        assert_eq!(let_in::<Contributors>(false), [true, true, false]);
        assert_eq!(let_in::<Reviewers>(false), [true, false, true]);
        assert_eq!(let_in::<Editors>(true), [true, true, false]);
        assert_eq!(let_in::<Editors>(false), [true, false, false]);
    }
}
