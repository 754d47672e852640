//! One connection: SMTP (RFC 5321) with STARTTLS (RFC 3207) and AUTH (RFC 4954), based on mailin's state machine.

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mailin::{Action, AuthMechanism, Handler, Response, Session, SessionBuilder, response};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    settings::{Credentials, Limits},
    store::Store,
};

/// The longest accepted command. RFC 5321 requires 512 bytes, RFC 4954 12288 for AUTH.
const COMMAND_BYTES: usize = 12_288;
const MAX_RECIPIENTS: usize = 100;

/// The state shared by the state machine and the connection.
#[derive(Default)]
struct State {
    recipients: Vec<String>,
    logged_in: bool,
    /// The response to the end of the mail.
    outcome: Option<Response>,
}

struct Envelope {
    credentials: Option<Credentials>,
    refusals: Refusals,
    state: Arc<Mutex<State>>,
}

impl Envelope {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn login(&self, username: &str, password: &str) -> Response {
        let is_valid = self
            .credentials
            .as_ref()
            .is_some_and(|credentials| credentials.username == username && credentials.password == password);
        self.state().logged_in = is_valid;
        if is_valid { response::AUTH_OK } else { response::INVALID_CREDENTIALS }
    }
}

impl Handler for Envelope {
    fn mail(&mut self, _: IpAddr, _: &str, _: &str) -> Response {
        self.state().recipients.clear();
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        if let Some(code) = self.refusals.lock().unwrap_or_else(PoisonError::into_inner).get(to) {
            return Response::custom(*code, format!("<{to}> is refused"));
        }
        let mut state = self.state();
        if state.recipients.len() >= MAX_RECIPIENTS {
            return Response::custom(452, "Too many recipients".to_owned());
        }
        state.recipients.push(to.to_owned());
        response::OK
    }

    fn data_end(&mut self) -> Response {
        self.state().outcome.take().unwrap_or(response::INTERNAL_ERROR)
    }

    fn auth_plain(&mut self, _: &str, username: &str, password: &str) -> Response {
        self.login(username, password)
    }

    fn auth_login(&mut self, username: &str, password: &str) -> Response {
        self.login(username, password)
    }
}

/// The end of a phase of the conversation.
enum End<S> {
    Closed,
    Encrypt(S),
}

/// The reply codes of refused recipients, by address.
pub(crate) type Refusals = Arc<Mutex<HashMap<String, u16>>>;

/// The state that all connections share.
pub(crate) struct Shared {
    pub(crate) refusals: Refusals,
    pub(crate) store: Store,
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) limits: Limits,
}

/// Serves a client until it disconnects.
pub(crate) async fn serve(stream: TcpStream, peer: IpAddr, shared: &Shared) -> io::Result<()> {
    let mut builder = SessionBuilder::new("localhost");
    builder.enable_start_tls();
    if shared.credentials.is_some() {
        builder.enable_auth(AuthMechanism::Plain).enable_auth(AuthMechanism::Login);
    }
    let state = Arc::<Mutex<State>>::default();
    let envelope = Envelope {
        credentials: shared.credentials.clone(),
        refusals: Arc::clone(&shared.refusals),
        state: Arc::clone(&state),
    };
    let mut conversation =
        Conversation { session: builder.build(peer, envelope), state, shared, encrypted: false };

    let mut stream = BufReader::new(stream);
    send(&mut stream, &conversation.session.greeting()).await?;
    let End::Encrypt(stream) = conversation.serve(stream).await? else {
        return Ok(());
    };
    let accepted = timeout(shared.limits.timeout, shared.acceptor.accept(stream)).await??;
    conversation.session.tls_active();
    conversation.encrypted = true;
    conversation.serve(BufReader::new(accepted)).await.map(|_| ())
}

struct Conversation<'a> {
    session: Session<Envelope>,
    state: Arc<Mutex<State>>,
    shared: &'a Shared,
    encrypted: bool,
}

impl Conversation<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        mut stream: BufReader<S>,
    ) -> io::Result<End<S>> {
        loop {
            let command = match timeout(self.shared.limits.timeout, line(&mut stream, COMMAND_BYTES)).await {
                Ok(read) => read?,
                Err(_) => return close(&mut stream, 421, "Idle for too long").await,
            };
            let Some(command) = command else {
                return Ok(End::Closed);
            };
            if !command.complete {
                return close(&mut stream, 500, "Line too long").await;
            }
            let command = command.bytes;
            if self.encrypted && is(&command, b"STARTTLS") {
                send(&mut stream, &Response::custom(503, "Already encrypted".to_owned())).await?;
                continue;
            }
            let response = self.session.process(&command);
            self.restore_login(&command, &response);
            match response.action {
                Action::NoReply => {}
                Action::Reply if response.code == 354 => {
                    send(&mut stream, &response).await?;
                    if !self.mail(&mut stream).await? {
                        return Ok(End::Closed);
                    }
                }
                Action::Reply => send(&mut stream, &response).await?,
                Action::Close => {
                    send(&mut stream, &response).await?;
                    return Ok(End::Closed);
                }
                Action::UpgradeTls => {
                    send(&mut stream, &response).await?;
                    // Data sent in the clear after STARTTLS must not count as encrypted.
                    let clean = stream.buffer().is_empty();
                    return Ok(if clean { End::Encrypt(stream.into_inner()) } else { End::Closed });
                }
            }
        }
    }

    /// Logs in again for the client after RSET and EHLO, because mailin requires it, unlike RFC 5321.
    fn restore_login(&mut self, command: &[u8], response: &Response) {
        let again =
            !response.is_error && (is(command, b"RSET") || is(command, b"EHLO")) && self.state().logged_in;
        if let Some(credentials) = self.shared.credentials.as_ref().filter(|_| again) {
            self.session.process(b"AUTH LOGIN\r\n");
            for value in [&credentials.username, &credentials.password] {
                self.session.process(format!("{}\r\n", STANDARD.encode(value)).as_bytes());
            }
        }
    }

    /// Receives and stores a mail. Returns `false` when the connection must end.
    async fn mail<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut BufReader<S>,
    ) -> io::Result<bool> {
        let limits = self.shared.limits;
        let Ok(received) = timeout(limits.timeout, data(stream, limits.message_bytes)).await else {
            close::<S>(stream, 421, "Too slow").await?;
            return Ok(false);
        };
        let recipients = self.state().recipients.clone();
        let outcome = match received? {
            None => return Ok(false),
            Some(Data { complete: false, .. }) => Response::custom(552, "The mail is too large".to_owned()),
            Some(Data { bytes, .. }) => match self.shared.store.receive(&recipients, &bytes).await {
                Ok(()) => response::OK,
                Err(error) => {
                    tracing::error!(%error, "a mail could not be stored");
                    response::INTERNAL_ERROR
                }
            },
        };
        self.state().outcome = Some(outcome);
        let response = self.session.process(b".\r\n");
        send(stream, &response).await?;
        // After an error, mailin would treat the next commands as part of the mail.
        Ok(!response.is_error)
    }
}

/// Bytes from the client, and whether they are complete.
struct Data {
    bytes: Vec<u8>,
    complete: bool,
}

/// Reads a mail up to the line with a single dot and removes dot-stuffing. Returns `None` if the client
/// disconnects.
async fn data(stream: &mut (impl AsyncBufRead + Unpin), limit: usize) -> io::Result<Option<Data>> {
    let mut mail = Data { bytes: Vec::new(), complete: true };
    while let Some(line) = line(stream, limit).await? {
        if line.bytes == b".\r\n" {
            return Ok(Some(mail));
        }
        let content = line.bytes.strip_prefix(b".").unwrap_or(&line.bytes);
        if mail.complete && line.complete && mail.bytes.len() + content.len() <= limit {
            mail.bytes.extend_from_slice(content);
        } else {
            mail = Data { bytes: Vec::new(), complete: false };
        }
    }
    Ok(None)
}

/// Reads a line including its end, and drops what exceeds `limit` bytes. Returns `None` if the client disconnects.
async fn line(stream: &mut (impl AsyncBufRead + Unpin), limit: usize) -> io::Result<Option<Data>> {
    let mut line = Data { bytes: Vec::new(), complete: true };
    loop {
        let available = stream.fill_buf().await?;
        if available.is_empty() {
            return Ok(None);
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(available.len(), |end| end + 1);
        let room = limit.saturating_sub(line.bytes.len()).min(length);
        line.bytes.extend_from_slice(&available[..room]);
        line.complete &= room == length;
        stream.consume(length);
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

fn is(command: &[u8], verb: &[u8]) -> bool {
    command.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb))
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), response: &Response) -> io::Result<()> {
    stream.write_all(&response.buffer()?).await?;
    stream.flush().await
}

async fn close<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    code: u16,
    reason: &str,
) -> io::Result<End<S>> {
    send(stream, &Response::custom(code, reason.to_owned())).await?;
    Ok(End::Closed)
}
