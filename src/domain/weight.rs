//! Decimal weights as exact integers on one scale.
