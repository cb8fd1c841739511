//! What the screens say: verdict, cards, what happens next, how a cause stands.
//!
//! Pure functions from facts to sentences, so that each sentence has a test. Rules: which, why,
//! consequence, action; "sent" never means delivered; numbers are grouped; what is not known is
//! said to be unknown; a time carries its zone.

pub mod cause;
pub mod doctor;
pub mod hold;
pub mod line;
pub mod needs;
pub mod next;
pub mod numbers;
pub mod verdict;
