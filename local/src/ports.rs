//! Loopback ports, chosen once and remembered, so that addresses stay the same from one run to the next.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener},
    sync::Mutex,
};

use tokio::net::TcpListener;

use crate::{
    data_dir::DataDir,
    error::{Error, Result},
};

const FILE: &str = "ports.json";

/// The port of each part.
#[derive(Debug)]
pub struct Ports<'data> {
    data: &'data DataDir,
    by_name: Mutex<BTreeMap<String, u16>>,
}

impl<'data> Ports<'data> {
    /// Reads the ports of the last run.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn load(data: &'data DataDir) -> Result<Self> {
        let text = data.load_or_store(FILE, || Ok("{}".to_owned()))?;
        Ok(Self { data, by_name: Mutex::new(serde_json::from_str(&text).unwrap_or_default()) })
    }

    /// Listens on the part's port of the last run, or on a free one when that is taken.
    ///
    /// # Errors
    /// When no port is available.
    pub fn listen(&self, part: &str) -> Result<TcpListener> {
        let listener = self.bind(part)?;
        listener
            .set_nonblocking(true)
            .and_then(|()| TcpListener::from_std(listener))
            .map_err(|error| Error::because(format!("cannot listen for {part}"), &error))
    }

    /// Reserves a port for another process to listen on.
    ///
    /// # Errors
    /// When no port is available.
    pub fn reserve(&self, part: &str) -> Result<u16> {
        port_of(&self.bind(part)?)
    }

    fn bind(&self, part: &str) -> Result<StdListener> {
        let Ok(mut ports) = self.by_name.lock() else {
            return Err(Error::new("the list of ports is unusable"));
        };
        let known = ports.get(part).and_then(|port| StdListener::bind(loopback(*port)).ok());
        if let Some(listener) = known {
            return Ok(listener);
        }
        let listener = StdListener::bind(loopback(0))
            .map_err(|error| Error::because("no port of 127.0.0.1 is free", &error))?;
        ports.insert(part.to_owned(), port_of(&listener)?);
        let text = serde_json::to_string(&*ports).map_err(|error| Error::because("the ports", &error))?;
        self.data.write(FILE, &text)?;
        Ok(listener)
    }
}

/// A loopback address, which other machines cannot reach.
#[must_use]
pub fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn port_of(listener: &StdListener) -> Result<u16> {
    let address = listener
        .local_addr()
        .map_err(|error| Error::because("cannot read the port of a listener", &error))?;
    Ok(address.port())
}

#[cfg(test)]
mod tests {
    use super::{Ports, StdListener, loopback};
    use crate::data_dir::DataDir;

    #[test]
    fn a_part_keeps_its_port_unless_it_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataDir::open(folder.path()).expect("the folder");
        let first = Ports::load(&data).expect("ports").reserve("storage").expect("a port");
        let again = Ports::load(&data).expect("ports").reserve("storage").expect("a port");
        assert_eq!(first, again);
        let _taken = StdListener::bind(loopback(first)).expect("the port");
        let other = Ports::load(&data).expect("ports").reserve("storage").expect("a port");
        assert_ne!(first, other);
    }
}
