//! What every adapter must do, whatever it keeps things in. Each case takes the port alone.

mod stock;
mod store;
