//! Every job on one page.

/// Name of the job that delivers awards.
pub const DISPATCH_AWARDS: &str = "dispatch_awards";
