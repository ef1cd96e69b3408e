//! Proof under failure: what a campaign of kills left behind is read and judged by somebody who knows nothing of the application.

pub mod checker;
