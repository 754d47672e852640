//! The project guard: who calls, which project the request speaks of, and whether their role suffices,
//! from one query. A handler that takes an [`Access`] cannot be reached without it.
//!
//! The rule says which roles are let in; the locator says where the project is found. The aliases read
//! well in a signature: `ProjectContributor<ByBody<CreateDocument>>`.

mod queries;

use std::marker::PhantomData;

use axum::{
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use garde::Validate;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tracing::Span;
use utoipa::ToSchema;

use self::queries::Row;
use crate::{
    extract::{Json, Path, Query},
    ids::{ExportId, ItemId, ProjectId, SessionId, UserId},
    items::ItemKind,
    principal::{Authority, GlobalRole, Principal, claims},
    problem::{Code, Problem},
};

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

/// Which roles a route lets in. A super admin is always let in.
pub trait Rule: Send + Sync + 'static {
    /// Whether a member may; `own` when the resource is the caller's own upload.
    fn allows(role: ProjectRole, own: bool) -> bool;
}

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident, $alias:ident: |$role:pat_param, $own:pat_param| $allows:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $rule;

            impl Rule for $rule {
                fn allows($role: ProjectRole, $own: bool) -> bool {
                    $allows
                }
            }

            $(#[$doc])*
            pub type $alias<L = ByPath> = Access<$rule, L>;
        )*
    };
}

rules! {
    /// Any member of the project.
    Members, ProjectMember: |_, _| true;
    /// The project's admins.
    Admins, ProjectAdmin: |role, _| role == ProjectRole::Admin;
    /// Those who may upload.
    Contributors, ProjectContributor: |role, _| matches!(role, ProjectRole::Admin | ProjectRole::Contributor);
    /// Those who may review.
    Reviewers, ProjectReviewer: |role, _| matches!(role, ProjectRole::Admin | ProjectRole::Reviewer);
    /// Those who may change an item: its uploader, and the project's admins.
    Editors, ItemEditor: |role, own| role == ProjectRole::Admin || (role == ProjectRole::Contributor && own);
}

/// A caller who was let in.
#[derive(Debug)]
pub struct Access<R, L: Locator = ByPath> {
    /// Who calls.
    pub principal: Principal,
    /// The project.
    pub project_id: ProjectId,
    /// The caller's role in it; `None` for a super admin who is no member.
    pub role: Option<ProjectRole>,
    /// What the locator found on the way: the query, the body, the item.
    pub found: L::Found,
    rule: PhantomData<R>,
}

/// Where a request says which project it speaks of.
pub trait Locator: Send + Sync + 'static {
    /// What was read to find it.
    type Found: Send;
}

/// The path's `{project_id}`.
#[derive(Debug, Clone, Copy)]
pub struct ByPath;

/// The path's parameter of this name, whatever others there are.
#[derive(Deserialize)]
struct InPath {
    project_id: ProjectId,
}

/// A query with a project id.
#[derive(Debug, Clone, Copy)]
pub struct ByQuery<T>(PhantomData<T>);

/// A JSON body with a project id.
#[derive(Debug, Clone, Copy)]
pub struct ByBody<T>(PhantomData<T>);

/// The path's item, of one kind or of any.
#[derive(Debug, Clone, Copy)]
pub struct ByItem<K>(PhantomData<K>);

/// The path's export.
#[derive(Debug, Clone, Copy)]
pub struct ByExport;

/// The kind of item that a path speaks of, at compile time.
pub trait Kind: Send + Sync + 'static {
    /// The kind.
    const KIND: ItemKind;
}

/// Which items a path may speak of, at compile time.
pub trait Items: Send + Sync + 'static {
    /// Those of one kind; `None` for all.
    const ONLY: Option<ItemKind>;
}

impl<K: Kind> Items for K {
    const ONLY: Option<ItemKind> = Some(K::KIND);
}

/// Items of every kind.
#[derive(Debug, Clone, Copy)]
pub struct AnyItem;

impl Items for AnyItem {
    const ONLY: Option<ItemKind> = None;
}

/// Documents.
#[derive(Debug, Clone, Copy)]
pub struct Document;

impl Kind for Document {
    const KIND: ItemKind = ItemKind::Document;
}

/// Voice samples.
#[derive(Debug, Clone, Copy)]
pub struct Voice;

impl Kind for Voice {
    const KIND: ItemKind = ItemKind::Voice;
}

/// A query or a body that names a project.
pub trait InProject {
    /// The project it names.
    fn project_id(&self) -> ProjectId;
}

/// The item that a path speaks of.
#[derive(Debug, Clone, Copy)]
pub struct FoundItem {
    /// Its id.
    pub id: ItemId,
    /// Who uploaded it.
    pub uploaded_by_id: UserId,
}

impl Locator for ByPath {
    type Found = ();
}
impl<T: Send + Sync + 'static> Locator for ByQuery<T> {
    type Found = T;
}
impl<T: Send + Sync + 'static> Locator for ByBody<T> {
    type Found = T;
}
impl<K: Items> Locator for ByItem<K> {
    type Found = FoundItem;
}
impl Locator for ByExport {
    type Found = ExportId;
}

struct Caller {
    user_id: UserId,
    session_id: SessionId,
}

impl Caller {
    fn from_parts(parts: &Parts, authority: &Authority) -> Result<Self, Problem> {
        let claims = claims(parts, authority)?;
        Ok(Self { user_id: claims.user_id, session_id: claims.sid })
    }

    async fn admit<R: Rule, L: Locator>(
        self,
        row: Option<Row>,
        found: L::Found,
        parts: &Parts,
        authority: &Authority,
    ) -> Result<Access<R, L>, Problem> {
        let row = row.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
        if !row.verified {
            return Err(Problem::new(Code::EmailNotVerified));
        }
        let principal =
            Principal { user_id: self.user_id, session_id: self.session_id, global_role: row.global_role };
        let everywhere = row.global_role == GlobalRole::SuperAdmin;
        let project_id = row.project_id.filter(|_| everywhere || row.role.is_some());
        let project_id = ProjectId(project_id.ok_or_else(|| Problem::new(Code::NotFound))?);
        Span::current().record("project_id", project_id.to_string());
        let own = row.uploaded_by_id == Some(self.user_id.0);
        if everywhere || row.role.is_some_and(|role| R::allows(role, own)) {
            Ok(Access { principal, project_id, role: row.role, found, rule: PhantomData })
        } else {
            Err(authority.refuse(parts, principal.user_id, Some(project_id)).await)
        }
    }
}

impl<S, R: Rule> FromRequestParts<S> for Access<R, ByPath>
where
    S: Send + Sync,
    Authority: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let authority = Authority::from_ref(state);
        let caller = Caller::from_parts(parts, &authority)?;
        let Path(InPath { project_id }) = Path::from_request_parts(parts, state).await?;
        let row = caller.in_project(&authority, project_id).await?;
        caller.admit(row, (), parts, &authority).await
    }
}

impl<S, R: Rule, T> FromRequestParts<S> for Access<R, ByQuery<T>>
where
    S: Send + Sync,
    Authority: FromRef<S>,
    T: InProject + DeserializeOwned + Validate<Context = ()> + Send + Sync + 'static,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let authority = Authority::from_ref(state);
        let caller = Caller::from_parts(parts, &authority)?;
        let Query(query) = Query::<T>::from_request_parts(parts, state).await?;
        let row = caller.in_project(&authority, query.project_id()).await?;
        caller.admit(row, query, parts, &authority).await
    }
}

impl<S, R: Rule, K: Items> FromRequestParts<S> for Access<R, ByItem<K>>
where
    S: Send + Sync,
    Authority: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let authority = Authority::from_ref(state);
        let caller = Caller::from_parts(parts, &authority)?;
        let Path(id) = Path::<ItemId>::from_request_parts(parts, state).await?;
        Span::current().record("item_id", id.to_string());
        let row = caller.at_item(&authority, id, K::ONLY).await?;
        let uploaded_by_id = UserId(row.as_ref().and_then(|row| row.uploaded_by_id).unwrap_or_default());
        caller.admit(row, FoundItem { id, uploaded_by_id }, parts, &authority).await
    }
}

impl<S, R: Rule> FromRequestParts<S> for Access<R, ByExport>
where
    S: Send + Sync,
    Authority: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let authority = Authority::from_ref(state);
        let caller = Caller::from_parts(parts, &authority)?;
        let Path(id) = Path::<ExportId>::from_request_parts(parts, state).await?;
        let row = caller.at_export(&authority, id).await?;
        caller.admit(row, id, parts, &authority).await
    }
}

impl<S, R: Rule, T> FromRequest<S> for Access<R, ByBody<T>>
where
    S: Send + Sync,
    Authority: FromRef<S>,
    T: InProject + DeserializeOwned + Validate<Context = ()> + Send + Sync + 'static,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let authority = Authority::from_ref(state);
        let (parts, body) = request.into_parts();
        let caller = Caller::from_parts(&parts, &authority)?;
        let request = Request::from_parts(parts.clone(), body);
        let Json(body) = Json::<T>::from_request(request, state).await?;
        let row = caller.in_project(&authority, body.project_id()).await?;
        caller.admit(row, body, &parts, &authority).await
    }
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
