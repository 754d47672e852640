//! `local demo`.

use crate::Result;

/// The demo.
///
/// # Errors
/// When anything is off.
pub async fn demo() -> Result<()> {
    Ok(())
}
