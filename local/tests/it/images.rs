//! Runs the images' binaries in the images' root file systems, which hold only certificate authorities, as a user who
//! owns no files. `.ci/images` builds both and runs these tests.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use axum::{Router, serve::Listener};
use functions::FUNCTIONS;
use local_smtp::{Inbox, Settings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Client, StatusCode};
use serde_json::json;
use shared::{
    base::config::Env,
    cloud::events::EmailRequested,
    function::Function as _,
    testing::{Platform, envelope, eventually},
};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig, crypto,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
    server::TlsStream,
};

use crate::running::free_port;

/// The largest accepted size of an image, in bytes.
const LARGEST: u64 = 25_000_000;
/// The user that the Dockerfile names.
const USER: &str = "65532:65532";
const BUNDLE: &str = "etc/ssl/certs/ca-certificates.crt";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the root of the project")
}

/// The root file system of an image.
struct Image {
    folder: TempDir,
}

impl Image {
    async fn of(binary: &str) -> Self {
        let binaries =
            std::env::var("ALTA_BINARIES").expect("ALTA_BINARIES: what `functions/build binaries` made");
        let folder = crate::support::folder();
        let created =
            Command::new(root().join("functions/build")).arg("root").arg(folder.path()).status().await;
        assert!(created.expect("functions/build").success());
        fs::copy(Path::new(&binaries).join(binary), folder.path().join("function")).expect("a binary");
        Self { folder }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Adds the files that a container host mounts into every image.
    fn with_hosts(self) -> Self {
        fs::write(self.path("etc/hosts"), "127.0.0.1 localhost\n").expect("a file");
        self
    }

    fn with_ca(self, authority: &str) -> Self {
        let bundle = self.path(BUNDLE);
        fs::set_permissions(&bundle, fs::Permissions::from_mode(0o644)).expect("its mode");
        let trusted = fs::read_to_string(&bundle).expect("authorities");
        fs::write(&bundle, trusted + authority).expect("one more");
        self
    }

    /// Every file with its size, mode and owner.
    fn files(&self) -> BTreeMap<PathBuf, (u64, u32, u32)> {
        let (mut files, mut folders) = (BTreeMap::new(), vec![self.folder.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                let metadata = fs::symlink_metadata(&path).expect("its metadata");
                if metadata.is_dir() {
                    folders.push(path.clone());
                }
                let name = path.strip_prefix(self.folder.path()).expect("inside").to_owned();
                files.insert(name, (metadata.len(), metadata.mode(), metadata.uid()));
            }
        }
        files
    }

    fn command(&self, env: &Env) -> Command {
        let mut command = Command::new("chroot");
        command.arg(format!("--userspec={USER}")).arg(self.folder.path()).arg("/function");
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").envs(env.iter());
        // As in the Dockerfile.
        command.env("SSL_CERT_FILE", format!("/{BUNDLE}"));
        command.stdout(Stdio::null()).kill_on_drop(true);
        command
    }

    async fn start(&self, env: &Env, client: &Client) -> (String, Child) {
        let port = free_port();
        let process =
            self.command(&env.clone().with("PORT", port.to_string())).spawn().expect("a process (as root)");
        let origin = format!("http://127.0.0.1:{port}");
        eventually("the function", async || client.get(format!("{origin}/health/live")).send().await.ok())
            .await;
        (origin, process)
    }
}

/// The variables that every function reads.
fn environment(platform: &Platform, database_role: &str) -> Env {
    platform
        .env_as(database_role)
        .with("MAIL_FROM", "Alta Data <no-reply@alta.test>")
        .with("FRONTEND_URL", "https://app.test")
        .with("SMTP_HOST", "localhost")
        .with("SMTP_TLS", "starttls")
        .with("DOCUMENTAI_PROCESSOR", "projects/p/locations/eu/processors/1")
        .with("SPEECH_RECOGNIZER", "projects/p/locations/eu/recognizers/_")
        .with("EXPORTS_BUCKET", "alta-test-exports")
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
#[ignore = "needs the images' binaries, and root: .ci/images"]
async fn every_function_runs_in_its_image_and_stays_small(db: PgPool) {
    let platform = Platform::start(db).await;
    let client = Client::new();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let inbox = Inbox::open(Settings::new(platform.data_dir().join("mails"), listen, None))
        .await
        .expect("a mail server");
    for listed in FUNCTIONS {
        let function = listed.name;
        let image = Image::of(function).await;
        let before = image.files();
        let size: u64 = before.values().map(|(size, ..)| *size).sum();
        println!("{function:<15} {:>6.1} MB", f64::from(u32::try_from(size).expect("less than 4 GB")) / 1e6);
        assert!(size < LARGEST, "{function}: {size} bytes");
        let names: Vec<&str> = before.keys().filter_map(|path| path.to_str()).collect();
        assert_eq!(names, ["etc", "etc/ssl", "etc/ssl/certs", BUNDLE, "function"]);
        for (path, (_, mode, owner)) in &before {
            assert_eq!((mode & 0o022, *owner), (0, 0), "{} can be written", path.display());
        }

        let env = environment(&platform, listed.database_role)
            .with("SMTP_HOST", "127.0.0.1")
            .with("SMTP_PORT", inbox.smtp_addr().port().to_string())
            .with("SMTP_CA_CERTIFICATE", inbox.ca_pem());
        let (origin, _process) = image.start(&env, &client).await;
        let health = client.get(format!("{origin}/health")).send().await.expect("an answer");
        let (status, body) = (health.status(), health.text().await.expect("a body"));
        assert_eq!(status, StatusCode::OK, "{function}: {body}");
        assert_eq!(image.files(), before, "{function} wrote something");
    }
}

#[sqlx::test(migrations = false)]
#[ignore = "needs the images' binaries, and root: .ci/images"]
async fn the_migration_job_runs_in_its_image(db: PgPool) {
    use sqlx::{ConnectOptions as _, Executor as _};
    let empty = "drop schema public cascade; create schema public authorization pg_database_owner";
    db.execute(empty).await.expect("an empty database");
    let image = Image::of("migrations").await;
    let env = Env::from_iter([("DATABASE_URL", db.connect_options().to_url_lossy().to_string())]);
    let output = image.command(&env).stdout(Stdio::piped()).output().await.expect("a process (as root)");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "migrations: the database is up to date\n");
    let tables: i64 =
        sqlx::query_scalar("select count(*) from information_schema.tables where table_schema = 'public'")
            .fetch_one(&db)
            .await
            .expect("a count");
    assert!(tables > 20, "{tables}");
}

/// Serves over TLS with a certificate from its own authority.
struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            if let Ok((stream, address)) = self.listener.accept().await
                // A client that does not trust the authority closes the connection.
                && let Ok(stream) = self.acceptor.accept(stream).await
            {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Serves a router over TLS. Returns its origin and its authority's certificate.
async fn serve_tls(router: Router) -> (String, String) {
    let mut authority = CertificateParams::new(vec![]).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let authority =
        CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let server = server.signed_by(&key, &authority).expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], key)
        .expect("a server");
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("its number").port();
    let listener = TlsListener { listener, acceptor: TlsAcceptor::from(Arc::new(config)) };
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("https://localhost:{port}"), authority.pem())
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
#[ignore = "needs the images' binaries, and root: .ci/images"]
async fn outgoing_tls_requires_an_authority_that_the_image_trusts(db: PgPool) {
    let platform = Platform::start(db).await;
    let ada = platform.user("ada@example.org").await;
    let client = Client::new();
    let (issuer, issuer_authority) = serve_tls(local_pubsub::oidc_router(platform.identity().clone())).await;
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let inbox = Inbox::open(Settings::new(platform.data_dir().join("mails"), listen, None))
        .await
        .expect("a mail server");
    let env = environment(&platform, email::Email::DATABASE_ROLE)
        .with("PUSH_JWKS_URL", format!("{issuer}/oauth2/v3/certs"))
        .with("SMTP_PORT", inbox.smtp_addr().port().to_string());
    let push = async |image: &Image| {
        let (origin, _process) = image.start(&env, &client).await;
        let event = serde_json::to_vec(&EmailRequested::PasswordChanged { user_id: ada.id }).expect("JSON");
        let event_id = shared::base::ids::EventId::new().to_string();
        let body = envelope("1", &json!({"event_id": event_id}), &event);
        let request = client.post(format!("{origin}/events/email-requested")).json(&body);
        let request = request.header("authorization", platform.push_authorization());
        request.send().await.expect("an answer").status()
    };

    let postponed = "select count(*) from outbox where attributes ->> 'event_id' <> id::text";
    // The public keys of the push issuer, through reqwest. Without them, no delivery is authenticated.
    let stranger = Image::of("email").await.with_hosts();
    assert_eq!(push(&stranger).await, StatusCode::SERVICE_UNAVAILABLE);
    // The mail server, through lettre. The event returns to the outbox, from which it is delivered again later.
    let halfway = Image::of("email").await.with_hosts().with_ca(&issuer_authority);
    assert_eq!(push(&halfway).await, StatusCode::NO_CONTENT);
    assert_eq!((inbox.messages(None).len(), platform.count(postponed).await), (0, 1));
    let friend = Image::of("email").await.with_hosts().with_ca(&issuer_authority).with_ca(inbox.ca_pem());
    assert_eq!(push(&friend).await, StatusCode::NO_CONTENT);
    let mail = inbox.wait_for("ada@example.org", |_| true, Duration::from_secs(10)).await.expect("a mail");
    assert_eq!((mail.subject.as_str(), platform.count(postponed).await), ("Your password was changed", 1));
}
