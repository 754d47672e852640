//! The project guard: authenticates the caller, finds the project of the request and checks the caller's role, in one
//! query. A handler that takes an [`Access`] runs only for admitted callers.
//!
//! The [`Rule`] decides which roles are admitted, and the [`Locator`] finds the project. The aliases keep signatures
//! short: `ProjectContributor<ByBody<CreateDocument>>`.

mod rule;

use std::marker::PhantomData;

use axum::{
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use garde::Validate;
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

pub use self::rule::*;
use crate::{
    base::{
        context,
        ids::{ProjectId, SessionId, UserId},
    },
    http::{
        extract::{Json, Path, Query},
        openapi::{Described, Describes},
        pagination::List,
        problem::{Code, Problem, Result},
    },
    identity::{
        account::GlobalRole,
        principal::{Authority, Principal, claims},
    },
};

/// Proof that the guard has admitted the caller.
#[derive(Debug)]
pub struct Access<R, L: Locator = ByPath> {
    /// The authenticated caller.
    pub principal: Principal,
    /// The project that the request is about.
    pub project_id: ProjectId,
    /// The caller's role in the project; `None` for a super admin who is not a member.
    pub role: Option<ProjectRole>,
    /// The query, body or item that names the project.
    pub target: L::Target,
    rule: PhantomData<R>,
}

/// Any member of the project.
pub type ProjectMember<L = ByPath> = Access<Members, L>;
/// An admin of the project.
pub type ProjectAdmin<L = ByPath> = Access<Admins, L>;
/// A member who may upload.
pub type ProjectContributor<L = ByPath> = Access<Contributors, L>;
/// A member who may review.
pub type ProjectReviewer<L = ByPath> = Access<Reviewers, L>;
/// A member who may change the item: its uploader, or an admin of the project.
pub type ItemEditor<L = ByPath> = Access<Editors, L>;

/// Finds the project that a request is about.
pub trait Locator: Send + Sync + 'static {
    /// The extractor for the part of the request that names the project.
    type Reads: Send;
    /// The value passed on to the handler as [`Access::target`].
    type Target: Send;

    /// Loads the caller and the project in one query.
    fn locate(
        caller: &Caller,
        read: Self::Reads,
    ) -> impl Future<Output = Result<(Option<CallerRights>, Self::Target)>> + Send;
}

/// A caller with a valid token. The session may have ended, which only the database knows.
pub struct Caller {
    /// The user that the token names.
    pub user_id: UserId,
    /// The session that the token names.
    pub session_id: SessionId,
    /// The database and the clock.
    pub authority: Authority,
}

/// The database's view of a caller with a live session.
pub struct CallerRights {
    /// The user's role on the whole platform.
    pub global_role: GlobalRole,
    /// True if the user's email address is verified.
    pub is_verified: bool,
    /// The project; `None` if it does not exist.
    pub project_id: Option<ProjectId>,
    /// The caller's role in the project; `None` if they are not a member.
    pub role: Option<ProjectRole>,
    /// The uploader of the item, if the request is about an item.
    pub uploaded_by_id: Option<UserId>,
}

/// Locates the project by the path parameter `{project_id}`.
#[derive(Debug, Clone, Copy)]
pub struct ByPath;

/// Locates the project by the project id in a query.
#[derive(Debug, Clone, Copy)]
pub struct ByQuery<T>(PhantomData<T>);

/// Locates the project by the project id in the query of a list.
#[derive(Debug, Clone, Copy)]
pub struct ByList<T, K = Uuid>(PhantomData<(T, K)>);

/// Locates the project by the project id in a JSON body.
#[derive(Debug, Clone, Copy)]
pub struct ByBody<T>(PhantomData<T>);

/// A query or a body that names a project.
pub trait InProject: Send + Sync + 'static {
    /// Returns the id of the named project.
    fn project_id(&self) -> ProjectId;
}

/// The path parameter `project_id`; other parameters are ignored.
#[derive(Deserialize)]
pub struct ProjectPath {
    project_id: ProjectId,
}

impl Locator for ByPath {
    type Reads = Path<ProjectPath>;
    type Target = ();

    async fn locate(caller: &Caller, Path(path): Self::Reads) -> Result<(Option<CallerRights>, ())> {
        Ok((caller.in_project(path.project_id).await?, ()))
    }
}

impl<T: InProject + DeserializeOwned + Validate<Context = ()>> Locator for ByQuery<T> {
    type Reads = Query<T>;
    type Target = T;

    async fn locate(caller: &Caller, Query(query): Query<T>) -> Result<(Option<CallerRights>, T)> {
        Ok((caller.in_project(query.project_id()).await?, query))
    }
}

impl<T, K> Locator for ByList<T, K>
where
    T: InProject + DeserializeOwned + Validate<Context = ()>,
    K: DeserializeOwned + Send + Sync + 'static,
{
    type Reads = List<T, K>;
    type Target = List<T, K>;

    async fn locate(caller: &Caller, list: List<T, K>) -> Result<(Option<CallerRights>, List<T, K>)> {
        Ok((caller.in_project(list.filters.project_id()).await?, list))
    }
}

impl<T: InProject + DeserializeOwned + Validate<Context = ()>> Locator for ByBody<T> {
    type Reads = Json<T>;
    type Target = T;

    async fn locate(caller: &Caller, Json(body): Json<T>) -> Result<(Option<CallerRights>, T)> {
        Ok((caller.in_project(body.project_id()).await?, body))
    }
}

impl Caller {
    fn from_parts(parts: &Parts, authority: Authority) -> Result<Self> {
        let claims = claims(parts, &authority)?;
        Ok(Self { user_id: claims.user_id, session_id: claims.sid, authority })
    }

    async fn in_project(&self, project: ProjectId) -> Result<Option<CallerRights>, sqlx::Error> {
        sqlx::query_as!(
            CallerRights,
            r#"
            select caller.global_role as "global_role!: GlobalRole",
                   caller.is_verified as "is_verified!",
                   projects.id as "project_id?: ProjectId",
                   project_members.role as "role?: ProjectRole",
                   null::uuid as "uploaded_by_id?: UserId"
            from live_session($1, $2, $3) as caller
            left join projects on projects.id = $4 and projects.deleted_at is null
            left join project_members
                   on project_members.project_id = projects.id and project_members.user_id = $2
            "#,
            self.session_id.0,
            self.user_id.0,
            self.authority.clock.now(),
            project.0,
        )
        .fetch_optional(&self.authority.db)
        .await
    }

    /// Admits the caller if they can see the project and the rule allows their role.
    async fn admit<R: Rule, L: Locator>(
        self,
        (rights, target): (Option<CallerRights>, L::Target),
        parts: &Parts,
    ) -> Result<Access<R, L>> {
        let rights = rights.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
        if !rights.is_verified {
            return Err(Problem::new(Code::EmailNotVerified));
        }
        let CallerRights { global_role, project_id, role, uploaded_by_id, .. } = rights;
        let principal = Principal { user_id: self.user_id, session_id: self.session_id, global_role };
        let everywhere = global_role == GlobalRole::SuperAdmin;
        let project_id = project_id
            .filter(|_| everywhere || role.is_some())
            .ok_or_else(|| Problem::new(Code::NotFound))?;
        context::describe("project_id", project_id);
        let own = uploaded_by_id == Some(self.user_id);
        if everywhere || role.is_some_and(|role| R::allows(role, own)) {
            Ok(Access { principal, project_id, role, target, rule: PhantomData })
        } else {
            Err(self.authority.refuse(parts, principal.user_id, Some(project_id)).await)
        }
    }
}

impl<S, R: Rule, L: Locator> FromRequestParts<S> for Access<R, L>
where
    S: Send + Sync,
    Authority: FromRef<S>,
    L::Reads: FromRequestParts<S, Rejection = Problem>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let caller = Caller::from_parts(parts, Authority::from_ref(state))?;
        let read = L::Reads::from_request_parts(parts, state).await?;
        let located = L::locate(&caller, read).await?;
        caller.admit(located, parts).await
    }
}

impl<S, R: Rule, L: Locator> FromRequest<S> for Access<R, L>
where
    S: Send + Sync,
    Authority: FromRef<S>,
    L::Reads: FromRequest<S, Rejection = Problem>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let caller = Caller::from_parts(&parts, Authority::from_ref(state))?;
        let read = L::Reads::from_request(Request::from_parts(parts.clone(), body), state).await?;
        let located = L::locate(&caller, read).await?;
        caller.admit(located, &parts).await
    }
}

impl<R: Rule, L: Locator> Describes for Access<R, L>
where
    L::Reads: Describes,
{
    fn describe(operation: &mut Described<'_>) {
        Principal::describe(operation);
        L::Reads::describe(operation.problems(&[Code::Forbidden, Code::NotFound]));
    }
}
