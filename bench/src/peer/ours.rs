//! The functions, with the same documents on the peer's database server.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;
use shared::{base::ids::ProjectId, identity::guard::ProjectRole};
use sqlx::PgPool;
use uuid::Uuid;

use super::{load::Target, seed};
use crate::{
    Result,
    cloud::Cloud,
    instance::Instance,
    pipeline,
    running_auth::PASSWORD,
    tenants::{Tenants, User},
    tree::Tree,
};

/// The functions that are measured. The last one is a second instance.
const INSTANCES: [(&str, usize); 8] = [
    ("admin", 0),
    ("analytics", 0),
    ("auth", 0),
    ("data", 0),
    ("ocr", 0),
    ("projects", 0),
    ("review", 0),
    ("projects", 1),
];

/// The number of users who upload at once.
const UPLOADERS: usize = 8;

/// The running functions.
pub(crate) struct Ours {
    pub(crate) db: PgPool,
    cloud: Cloud,
    tenants: Tenants,
    instances: BTreeMap<(&'static str, usize), Instance>,
    pub(crate) project: ProjectId,
    pub(crate) lead: User,
    admin: User,
    uploaders: Vec<User>,
}

impl Ours {
    pub(crate) async fn start(database_url: &str, documents: i64, cores: usize) -> Result<Self> {
        let db = PgPool::connect(database_url).await?;
        migrations::migrate(&db).await?;
        let mut cloud = Cloud::start(database_url, None).await?;
        cloud.ai.instant(Some("A page of text."));
        let unlimited = "1000000000";
        let variables = [
            // The peer writes one line for each request as well.
            ("LOG", "info"),
            ("PASSWORD_HASH_CONCURRENCY", &cores.to_string()),
            ("RATE_LIMIT_ADDRESS_PER_MINUTE", unlimited),
            ("RATE_LIMIT_ACCOUNT_PER_MINUTE", unlimited),
            ("RATE_LIMIT_UNKNOWN_ADDRESSES_PER_MINUTE", unlimited),
        ];
        for (name, value) in variables {
            cloud.set(name, value);
        }
        let tenants = Tenants::new(&db, &cloud)?;
        let (lead, admin) = (tenants.user("lead").await?, tenants.super_admin("admin").await?);
        let mut uploaders = Vec::new();
        for number in 0..UPLOADERS {
            uploaders.push(tenants.user(&format!("uploader{number}")).await?);
        }
        let uploader = uploaders.first().ok_or("no uploader")?;
        seed::seed(&db, documents, lead.id, uploader.id).await?;
        let project = seed::project(&db).await?;
        for uploader in &uploaders {
            tenants.member(project, uploader, ProjectRole::Contributor).await?;
        }
        let mut instances = BTreeMap::new();
        for (function, number) in INSTANCES {
            instances.insert((function, number), Instance::start(&cloud, function, number).await?);
        }
        Ok(Self { db, cloud, tenants, instances, project, lead, admin, uploaders })
    }

    /// The public keys of the access tokens.
    pub(crate) fn jwks(&self) -> Result<String> {
        let variables = self.cloud.environment("auth")?;
        let jwks = variables.into_iter().find(|(name, _)| name == "ACCESS_TOKEN_JWKS");
        Ok(jwks.ok_or("no keys")?.1)
    }

    /// A new token of the admin of every project.
    pub(crate) fn token(&self) -> Result<String> {
        self.tenants.token(&self.lead)
    }

    pub(crate) fn get(&self, function: &'static str, number: usize, path: &str) -> Result<Target> {
        let instance = self.instance(function, number)?;
        Ok(Target::get(&[Tree(instance.process()?.id())], instance.url(path), Some(&self.token()?)))
    }

    /// A request of a super admin.
    pub(crate) fn get_as_admin(&self, function: &'static str, path: &str) -> Result<Target> {
        Ok(Target { token: Some(self.tenants.token(&self.admin)?), ..self.get(function, 0, path)? })
    }

    fn send(
        &self,
        method: Method,
        function: &'static str,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<Target> {
        let body = Some(("application/json", body.to_string()));
        Ok(Target { method, body, ..self.get(function, 0, path)? })
    }

    pub(crate) fn login(&self) -> Result<Target> {
        let body = json!({"email": "lead@example.org", "password": PASSWORD});
        Ok(Target { token: None, ..self.send(Method::POST, "auth", "/auth/login", &body)? })
    }

    /// One upload request of each uploader.
    pub(crate) fn uploads(&self) -> Result<Vec<Target>> {
        let body = json!({"project_id": self.project, "filename": "scan.pdf", "content_type": "application/pdf",
            "size_bytes": 10_000, "domain": "law"});
        let target = self.send(Method::POST, "data", "/documents", &body)?;
        let tokens = self.uploaders.iter().map(|uploader| self.tenants.token(uploader));
        tokens.map(|token| Ok(Target { token: Some(token?), ..target.clone() })).collect()
    }

    /// The decisions of one reviewer with one token. The peer gets the same requests.
    pub(crate) fn decisions(&self, items: Vec<Uuid>) -> Result<Vec<Target>> {
        let body = json!({"status": "approved", "feedback": "Looks right"});
        let target = self.send(Method::PATCH, "review", "/review/", &body)?;
        let decision = |item| Target { url: format!("{}{item}", target.url), ..target.clone() };
        Ok(items.into_iter().map(decision).collect())
    }

    /// Creates this many uploads and pushes their events to `ocr`.
    pub(crate) async fn events(&self, count: usize) -> Result<pipeline::Pushed> {
        let uploader = self.uploaders.first().ok_or("no uploader")?;
        let uploads = pipeline::uploads(&self.cloud, &self.tenants, self.project, uploader, count).await?;
        pipeline::push(&self.cloud, self.instance("ocr", 0)?, &uploads).await
    }

    /// The memory of the instance that uses the most, in KiB.
    pub(crate) fn memory_kib(&self) -> Result<u64> {
        let instances = self.instances.values();
        let kib = instances.map(|instance| Tree(instance.process()?.id()).memory_kib());
        Ok(kib.collect::<Result<Vec<_>>>()?.into_iter().max().unwrap_or_default())
    }

    fn instance(&self, function: &'static str, number: usize) -> Result<&Instance> {
        Ok(self.instances.get(&(function, number)).ok_or("no such instance")?)
    }
}
