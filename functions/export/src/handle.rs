//! The handler of Pub/Sub deliveries from the topic `export-requested`.

use axum::extract::State;
use shared::{
    base::clock::Clock,
    cloud::push::{Delivery, Message, Push},
    http::problem::Problem,
};

use crate::steps::Steps;

/// Handles an event of the topic `export-requested`.
pub(crate) async fn export_requested(
    State(steps): State<Steps>,
    State(clock): State<Clock>,
    Push(message): Push,
) -> Delivery {
    message.handle(&steps.db, &clock, process(&steps, &message)).await
}

async fn process(steps: &Steps, message: &Message) -> Result<Delivery, Problem> {
    steps.run(message.event()?).await
}
