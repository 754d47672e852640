//! The keys of limits: networks instead of addresses, and hashes instead of names.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use aws_lc_rs::digest::{Context, SHA256};

/// A 128-bit key, long enough that no two limits collide.
pub(super) type Key = [u8; 16];

/// Returns the key of a limit: a hash, so that no address is readable in Redis or in a copy of its memory. The holder
/// of a copy could still hash all addresses and compare.
pub(super) fn key(policy: &str, parts: &[&str]) -> Key {
    let mut hash = Context::new(&SHA256);
    for part in [policy].iter().chain(parts) {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut key = Key::default();
    key.copy_from_slice(&hash.finish().as_ref()[..16]);
    key
}

/// The network of a client, which is the unit of the limits: an IPv4 address, or the /64 from which an IPv6 host can
/// choose its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(Option<IpAddr>);

impl Network {
    /// Returns the network of an address. All clients without an address share one network.
    #[must_use]
    pub fn of(address: Option<IpAddr>) -> Self {
        Self(address.map(|address| match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
            address => address,
        }))
    }

    /// Returns true if the client's address is known.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.0.is_some()
    }
}

/// Formats the network in CIDR notation, as Postgres reads it.
impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(IpAddr::V6(prefix)) => write!(formatter, "{prefix}/64"),
            Some(address) => write!(formatter, "{address}/32"),
            None => formatter.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Network, key};

    fn network(address: &str) -> String {
        Network::of(Some(address.parse().expect("an address"))).to_string()
    }

    #[test]
    fn addresses_available_to_one_host_are_one_network() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("2001:db8:1:2:ffff::"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
        assert_eq!(network("203.0.113.9"), "203.0.113.9/32");
        assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.9/32");
        assert_eq!(Network::of(None).to_string(), "unknown");
    }

    #[test]
    fn keys_depend_on_where_each_part_ends() {
        assert_eq!(key("account", &["/a", "b"]), key("account", &["/a", "b"]));
        for other in
            [key("account", &["/ab"]), key("account", &["/a", "b", ""]), key("accoun", &["t/a", "b"])]
        {
            assert_ne!(key("account", &["/a", "b"]), other);
        }
    }
}
