//! Project roles, and the rules that decide which of them a route admits.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A member's role in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ProjectRole {
    /// May do everything in the project.
    Admin,
    /// May upload items and edit their own.
    Contributor,
    /// May review items.
    Reviewer,
}

/// A rule that decides which roles a route admits. A super admin is always admitted.
pub trait Rule: Send + Sync + 'static {
    /// Returns true if the role is admitted. `own` is true when the caller uploaded the item.
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
    /// The admins of the project.
    Admins: |role, _| role == ProjectRole::Admin;
    /// Members who may upload: admins and contributors.
    Contributors: |role, _| matches!(role, ProjectRole::Admin | ProjectRole::Contributor);
    /// Members who may review: admins and reviewers.
    Reviewers: |role, _| matches!(role, ProjectRole::Admin | ProjectRole::Reviewer);
    /// Members who may edit an item: admins, and the contributor who uploaded it.
    Editors: |role, own| role == ProjectRole::Admin || (role == ProjectRole::Contributor && own);
}

#[cfg(test)]
mod tests {
    use super::{Admins, Contributors, Editors, Members, ProjectRole, Reviewers, Rule};

    fn admitted_roles<R: Rule>(own: bool) -> [bool; 3] {
        [ProjectRole::Admin, ProjectRole::Contributor, ProjectRole::Reviewer].map(|role| R::allows(role, own))
    }

    #[test]
    fn each_rule_admits_the_roles_of_the_permission_table() {
        assert_eq!(admitted_roles::<Members>(false), [true, true, true]);
        assert_eq!(admitted_roles::<Admins>(true), [true, false, false]);
        assert_eq!(admitted_roles::<Contributors>(false), [true, true, false]);
        assert_eq!(admitted_roles::<Reviewers>(false), [true, false, true]);
        assert_eq!(admitted_roles::<Editors>(true), [true, true, false]);
        assert_eq!(admitted_roles::<Editors>(false), [true, false, false]);
    }
}
