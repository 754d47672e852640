//! A running subscription: its configuration, its messages, and the task that delivers them.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use crate::{
    error::Error,
    filter::Filter,
    mailbox::Mailbox,
    message::{Message, MessageId},
    queue::Queue,
    resource::Subscription,
    token::TokenCache,
};

/// The interval at which an idle subscription checks for expired messages.
const EXPIRY_CHECK: Duration = Duration::from_secs(60);

/// A subscription's configuration with its parsed filter.
pub(crate) struct Config {
    pub(crate) subscription: Subscription,
    pub(crate) filter: Filter,
}

pub(crate) struct Subscriber {
    config: RwLock<Arc<Config>>,
    mailbox: Mailbox,
    queue: Mutex<Queue>,
    wake: Notify,
    removed: AtomicBool,
    pub(crate) token: TokenCache,
}

impl Subscriber {
    /// Opens a subscription with the messages in its mailbox.
    pub(crate) fn open(subscription: Subscription, mailbox: Mailbox) -> Result<Arc<Self>, Error> {
        let filter = Filter::parse(&subscription.filter)?;
        let mut queue = Queue::new();
        for (id, failures) in mailbox.scan()? {
            queue.push(id, failures);
        }
        Ok(Arc::new(Self {
            config: RwLock::new(Arc::new(Config { subscription, filter })),
            mailbox,
            queue: Mutex::new(queue),
            wake: Notify::new(),
            removed: AtomicBool::new(false),
            token: TokenCache::default(),
        }))
    }

    pub(crate) fn config(&self) -> Arc<Config> {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the configuration, from the next delivery on.
    pub(crate) fn configure(&self, subscription: Subscription) -> Result<(), Error> {
        let filter = Filter::parse(&subscription.filter)?;
        let config = Arc::new(Config { subscription, filter });
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        self.wake.notify_one();
        Ok(())
    }

    /// Stops the delivery task permanently.
    pub(crate) fn remove(&self) {
        self.removed.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    pub(crate) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns true if messages are waiting for a push. Messages without an endpoint do not count.
    pub(crate) fn is_busy(&self) -> bool {
        self.config().subscription.push_config.is_some() && self.queue().len() > 0
    }

    /// Stores and queues a message if it passes the filter. Blocks the thread.
    pub(crate) fn accept(&self, id: MessageId, message: &Message) -> io::Result<()> {
        if !self.config().filter.matches(&message.header.attributes) {
            return Ok(());
        }
        if let Err(error) = self.mailbox.write(id, message) {
            return if self.is_removed() { Ok(()) } else { Err(error) };
        }
        self.queue().push(id, 0);
        self.wake.notify_one();
        Ok(())
    }

    pub(crate) async fn read(self: &Arc<Self>, id: MessageId) -> io::Result<Message> {
        self.blocking(move |mailbox| mailbox.read(id)).await
    }

    pub(crate) async fn count_failure(self: &Arc<Self>, id: MessageId) -> io::Result<()> {
        self.blocking(move |mailbox| mailbox.count_failure(id)).await
    }

    /// Removes a message that needs no further delivery, from disk first.
    pub(crate) async fn discard(self: &Arc<Self>, id: MessageId) {
        if let Err(error) = self.blocking(move |mailbox| mailbox.remove(id)).await {
            tracing::error!(%error, message_id = %id, "a delivered message could not be removed");
        }
        self.queue().remove(id);
    }

    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Mailbox) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let this = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&this.mailbox)).await.map_err(io::Error::other)?
    }

    /// Returns true if the subscription was removed.
    pub(crate) fn is_removed(&self) -> bool {
        self.removed.load(Ordering::Acquire)
    }

    /// Waits for a message, a new configuration or the removal.
    pub(crate) async fn changed(&self) {
        self.wake.notified().await;
    }

    pub(crate) fn next(&self) -> Option<(MessageId, u32)> {
        self.queue().take(Instant::now())
    }

    pub(crate) fn next_wakeup(&self) -> Instant {
        let now = Instant::now();
        let latest = now + EXPIRY_CHECK;
        if self.config().subscription.push_config.is_none() {
            return latest;
        }
        self.queue().due(now).map_or(latest, |due| due.min(latest))
    }

    pub(crate) fn older_than(&self, cutoff: MessageId) -> Option<MessageId> {
        self.queue().older_than(cutoff)
    }
}
