//! One library of cryptography for every TLS connection of the process.

use rustls::crypto::aws_lc_rs;

/// Chooses the library, unless somebody did. Two are linked, and connections that leave the choice to the process would panic
/// without it. Call it before connecting to anything that is not HTTP.
pub fn choose_provider() {
    // An error says that one was chosen before.
    drop(aws_lc_rs::default_provider().install_default());
}
