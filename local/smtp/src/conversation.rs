//! One connection: SMTP (RFC 5321) with STARTTLS (RFC 3207) and AUTH (RFC 4954) around mailin's state machine.

use std::{
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

use crate::{server::Shared, settings::Credentials};

/// Longer commands are refused; RFC 5321 asks for 512, RFC 4954 for 12288 in AUTH.
const COMMAND_BYTES: usize = 12_288;
const MOST_RECIPIENTS: usize = 100;

/// What the state machine learnt and the connection needs.
#[derive(Default)]
struct State {
    recipients: Vec<String>,
    logged_in: bool,
    /// The answer to the end of the mail.
    outcome: Option<Response>,
}

struct Envelope {
    credentials: Option<Credentials>,
    state: Arc<Mutex<State>>,
}

impl Envelope {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn login(&self, username: &str, password: &str) -> Response {
        let good = self
            .credentials
            .as_ref()
            .is_some_and(|credentials| credentials.username == username && credentials.password == password);
        self.state().logged_in = good;
        if good { response::AUTH_OK } else { response::INVALID_CREDENTIALS }
    }
}

impl Handler for Envelope {
    fn mail(&mut self, _: IpAddr, _: &str, _: &str) -> Response {
        self.state().recipients.clear();
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        let mut state = self.state();
        if state.recipients.len() >= MOST_RECIPIENTS {
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

/// How a part of the conversation ended.
enum End<S> {
    Over,
    Encrypt(S),
}

/// Speaks with a client until it leaves.
pub(crate) async fn hold(stream: TcpStream, peer: IpAddr, shared: &Shared) -> io::Result<()> {
    let mut builder = SessionBuilder::new("localhost");
    builder.enable_start_tls();
    if shared.credentials.is_some() {
        builder.enable_auth(AuthMechanism::Plain).enable_auth(AuthMechanism::Login);
    }
    let state = Arc::<Mutex<State>>::default();
    let envelope = Envelope { credentials: shared.credentials.clone(), state: Arc::clone(&state) };
    let mut talk = Talk { session: builder.build(peer, envelope), state, shared, encrypted: false };

    let mut stream = BufReader::new(stream);
    send(&mut stream, &talk.session.greeting()).await?;
    let End::Encrypt(stream) = talk.hold(stream).await? else {
        return Ok(());
    };
    let accepted = timeout(shared.limits.patience, shared.acceptor.accept(stream)).await??;
    talk.session.tls_active();
    talk.encrypted = true;
    talk.hold(BufReader::new(accepted)).await.map(|_| ())
}

struct Talk<'a> {
    session: Session<Envelope>,
    state: Arc<Mutex<State>>,
    shared: &'a Shared,
    encrypted: bool,
}

impl Talk<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn hold<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        mut stream: BufReader<S>,
    ) -> io::Result<End<S>> {
        loop {
            let command = match timeout(self.shared.limits.patience, line(&mut stream, COMMAND_BYTES)).await {
                Ok(read) => read?,
                Err(_) => return goodbye(&mut stream, 421, "Idle for too long").await,
            };
            let Some(command) = command else {
                return Ok(End::Over);
            };
            if !command.complete {
                return goodbye(&mut stream, 500, "Line too long").await;
            }
            let command = command.bytes;
            if self.encrypted && is(&command, b"STARTTLS") {
                send(&mut stream, &Response::custom(503, "Already encrypted".to_owned())).await?;
                continue;
            }
            let answer = self.session.process(&command);
            self.stay_logged_in(&command, &answer);
            match answer.action {
                Action::NoReply => {}
                Action::Reply if answer.code == 354 => {
                    send(&mut stream, &answer).await?;
                    if !self.mail(&mut stream).await? {
                        return Ok(End::Over);
                    }
                }
                Action::Reply => send(&mut stream, &answer).await?,
                Action::Close => {
                    send(&mut stream, &answer).await?;
                    return Ok(End::Over);
                }
                Action::UpgradeTls => {
                    send(&mut stream, &answer).await?;
                    // What was sent in the clear after STARTTLS must not count as encrypted.
                    let clean = stream.buffer().is_empty();
                    return Ok(if clean { End::Encrypt(stream.into_inner()) } else { End::Over });
                }
            }
        }
    }

    /// Mailin asks for a new login after RSET and EHLO, which RFC 5321 does not: log in on the client's behalf.
    fn stay_logged_in(&mut self, command: &[u8], answer: &Response) {
        let again =
            !answer.is_error && (is(command, b"RSET") || is(command, b"EHLO")) && self.state().logged_in;
        if let Some(credentials) = self.shared.credentials.as_ref().filter(|_| again) {
            self.session.process(b"AUTH LOGIN\r\n");
            for answer in [&credentials.username, &credentials.password] {
                self.session.process(format!("{}\r\n", STANDARD.encode(answer)).as_bytes());
            }
        }
    }

    /// Receives and keeps a mail; `false` when the connection is to end.
    async fn mail<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut BufReader<S>,
    ) -> io::Result<bool> {
        let limits = self.shared.limits;
        let Ok(received) = timeout(limits.patience, data(stream, limits.message_bytes)).await else {
            goodbye::<S>(stream, 421, "Too slow").await?;
            return Ok(false);
        };
        let recipients = self.state().recipients.clone();
        let outcome = match received? {
            None => return Ok(false),
            Some(Data { complete: false, .. }) => Response::custom(552, "The mail is too large".to_owned()),
            Some(Data { bytes, .. }) => match self.shared.store.receive(&recipients, &bytes).await {
                Ok(()) => response::OK,
                Err(error) => {
                    tracing::error!(%error, "a mail could not be kept");
                    response::INTERNAL_ERROR
                }
            },
        };
        self.state().outcome = Some(outcome);
        let answer = self.session.process(b".\r\n");
        send(stream, &answer).await?;
        // After an error mailin would take the next commands for more of the mail.
        Ok(!answer.is_error)
    }
}

/// Bytes that were read, and whether all of them are there.
struct Data {
    bytes: Vec<u8>,
    complete: bool,
}

/// A mail up to the line with a lone dot, dots unstuffed; `None` when the client left before.
async fn data(stream: &mut (impl AsyncBufRead + Unpin), most: usize) -> io::Result<Option<Data>> {
    let mut mail = Data { bytes: Vec::new(), complete: true };
    while let Some(line) = line(stream, most).await? {
        if line.bytes == b".\r\n" {
            return Ok(Some(mail));
        }
        let content = line.bytes.strip_prefix(b".").unwrap_or(&line.bytes);
        if mail.complete && line.complete && mail.bytes.len() + content.len() <= most {
            mail.bytes.extend_from_slice(content);
        } else {
            mail = Data { bytes: Vec::new(), complete: false };
        }
    }
    Ok(None)
}

/// A line with its end; what is over `most` bytes is dropped. `None` when the client left.
async fn line(stream: &mut (impl AsyncBufRead + Unpin), most: usize) -> io::Result<Option<Data>> {
    let mut line = Data { bytes: Vec::new(), complete: true };
    loop {
        let available = stream.fill_buf().await?;
        if available.is_empty() {
            return Ok(None);
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(available.len(), |end| end + 1);
        let room = most.saturating_sub(line.bytes.len()).min(length);
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

async fn send(stream: &mut (impl AsyncWrite + Unpin), answer: &Response) -> io::Result<()> {
    stream.write_all(&answer.buffer()?).await?;
    stream.flush().await
}

async fn goodbye<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    code: u16,
    why: &str,
) -> io::Result<End<S>> {
    send(stream, &Response::custom(code, why.to_owned())).await?;
    Ok(End::Over)
}
