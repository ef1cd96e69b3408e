//! Keeps calls to third parties out of our own network, whatever a name resolves to at the moment of connecting.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A host that may not be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{host} has no public address. If it is meant to be called, add it with its port to webhook.allow_hosts, \
     such as \"{host}:443\""
)]
pub struct NotPublic {
    /// The host, by name or address.
    pub host: String,
}

/// Resolves names to their public addresses only. The client connects to exactly what this gives, so a name that answers
/// differently the second time gains nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            // Port 0 means: the port of the URL.
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = addresses.into_iter().filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic { host }.into());
            }
            let public: Addrs = Box::new(public.into_iter());
            Ok(public)
        })
    }
}

/// Whether an address belongs to the public internet, by the special-purpose registries of IANA. An IPv6 address that
/// stands for an IPv4 one is as public as that.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    // In order: this network, private, loopback, multicast and reserved; shared by a carrier's customers; link-local, where
    // clouds serve credentials; private; private; protocol assignments and documentation; 6to4 relays; benchmarks;
    // documentation twice.
    let special = matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    );
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Mapped and NAT64 end in the IPv4 address they stand for; 6to4 has it after the prefix.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(v4(high, low))
        }
        // Protocol assignments (Teredo among them) and documentation.
        [0x2001, second, ..] => second >= 0x200 && second != 0xdb8,
        [0x3fff, second, ..] => second >= 0x1000,
        // Global unicast is 2000::/3; everything else is loopback, local, multicast, or not assigned.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        let special = "
            0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.0.1
            169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1
            198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
            :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:8.8.8.8
            64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::808:808 100::1 100:0:0:1::1
            2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
            2002:7f00:1:: 2002:a00:1:: 2002:c0a8:101:: 3fff::1 3fff:fff::1 5f00::1
            fc00::1 fd12:3456::1 fe80::1 febf::1 fec0::1 ff02::1 ff0e::1";
        for text in special.split_whitespace() {
            assert!(!is_public(text.parse().expect(text)), "{text} is special");
        }
    }

    #[test]
    fn ordinary_addresses_are_public() {
        let public = "
            1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.0.0.1 128.0.0.1 169.253.1.1 172.15.0.1
            172.32.0.1 192.0.1.1 192.167.1.1 192.169.1.1 198.17.0.1 198.20.0.1 198.51.101.1 203.0.114.1 223.255.255.255
            ::ffff:8.8.8.8 64:ff9b::808:808 2001:200::1 2001:4860:4860::8888 2002:808:808::1 2400:cb00::1
            2606:4700::1111 2a00:1450::1 3fff:1000::1";
        for text in public.split_whitespace() {
            assert!(is_public(text.parse().expect(text)), "{text} is public");
        }
    }

    #[tokio::test]
    async fn a_name_of_our_own_machine_is_refused_by_name() {
        let error = PublicOnly.resolve("localhost".parse().expect("a name")).await.err().expect("refused");
        assert!(error.to_string().contains("webhook.allow_hosts"), "{error}");
        let error: &(dyn Error + 'static) = &*error;
        assert_eq!(error.downcast_ref(), Some(&NotPublic { host: "localhost".into() }));
    }
}
