//! Creating, updating and deleting topics and subscriptions: on disk first, then in memory.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, MutexGuard, PoisonError},
};

use crate::{
    broker::{Broker, CONFIG},
    error::Error,
    mailbox::{Mailbox, replace},
    names::{self, DELETED_TOPIC, Kind},
    push,
    resource::{Subscription, Topic},
    subscriber::Subscriber,
};

impl Broker {
    /// Creates a topic. If it exists, returns an error when `new` is true, and the unchanged topic otherwise. Blocks
    /// the thread.
    pub(crate) fn create_topic(&self, mut topic: Topic, new: bool) -> Result<Topic, Error> {
        let id = names::id(&self.project, Kind::Topic, &topic.name)?.to_owned();
        topic.name = names::full(&self.project, Kind::Topic, &id);
        let _changing = self.change()?;
        match self.topic(&id) {
            Ok(_) if new => Err(Error::AlreadyExists(id)),
            Ok(existing) => Ok(existing),
            Err(_) => self.put_topic(&id, topic),
        }
    }

    /// Updates a topic. Blocks the thread.
    pub(crate) fn update_topic(
        &self,
        id: &str,
        change: impl FnOnce(&Topic) -> Result<Topic, Error>,
    ) -> Result<Topic, Error> {
        let _changing = self.change()?;
        let topic = change(&self.topic(id)?)?;
        self.put_topic(id, topic)
    }

    fn put_topic(&self, id: &str, topic: Topic) -> Result<Topic, Error> {
        self.store(Kind::Topic, id, &topic)?;
        self.resources_mut().topics.insert(id.to_owned(), topic.clone());
        Ok(topic)
    }

    /// Creates a subscription. An existing one is an error when `new`, and is updated otherwise. Blocks the thread.
    pub(crate) fn create_subscription(
        self: &Arc<Self>,
        subscription: Subscription,
        new: bool,
    ) -> Result<Subscription, Error> {
        let subscription = subscription.checked(&self.project)?;
        let id = names::id(&self.project, Kind::Subscription, &subscription.name)?;
        let _changing = self.change()?;
        match self.subscriber(id) {
            Ok(_) if new => Err(Error::AlreadyExists(id.to_owned())),
            Ok(existing) => {
                self.topic_of(&subscription)?;
                self.reconfigure(id, &existing, &subscription)?;
                Ok(subscription)
            }
            Err(_) => {
                self.topic_of(&subscription)?;
                self.store(Kind::Subscription, id, &subscription)?;
                let mailbox = Mailbox::open(self.folder(Kind::Subscription, id).join("messages"))?;
                let subscriber = Subscriber::open(subscription.clone(), mailbox)?;
                self.resources_mut().subscribers.insert(id.to_owned(), Arc::clone(&subscriber));
                push::start(self, subscriber);
                Ok(subscription)
            }
        }
    }

    /// Updates a subscription. Blocks the thread.
    pub(crate) fn update_subscription(
        &self,
        id: &str,
        change: impl FnOnce(&Subscription) -> Result<Subscription, Error>,
    ) -> Result<Subscription, Error> {
        let _changing = self.change()?;
        let subscriber = self.subscriber(id)?;
        let subscription = change(&subscriber.config().subscription)?.checked(&self.project)?;
        self.reconfigure(id, &subscriber, &subscription)?;
        Ok(subscription)
    }

    fn topic_of(&self, subscription: &Subscription) -> Result<Topic, Error> {
        self.topic(names::id(&self.project, Kind::Topic, &subscription.topic)?)
    }

    fn reconfigure(
        &self,
        id: &str,
        subscriber: &Subscriber,
        subscription: &Subscription,
    ) -> Result<(), Error> {
        self.store(Kind::Subscription, id, subscription)?;
        subscriber.configure(subscription.clone())?;
        self.notify_progress(); // a subscription without a push endpoint counts as quiescent
        Ok(())
    }

    /// Deletes a topic. Its subscriptions remain, without a topic. Blocks the thread.
    pub(crate) fn delete_topic(&self, id: &str) -> Result<(), Error> {
        let _changing = self.change()?;
        for subscriber in self.subscribers_of(id)? {
            let mut subscription = subscriber.config().subscription.clone();
            DELETED_TOPIC.clone_into(&mut subscription.topic);
            let name = names::id(&self.project, Kind::Subscription, &subscription.name)?;
            self.reconfigure(name, &subscriber, &subscription)?;
        }
        self.resources_mut().topics.remove(id);
        erase(&self.folder(Kind::Topic, id))
    }

    /// Deletes a subscription and its messages. Blocks the thread.
    pub(crate) fn delete_subscription(&self, id: &str) -> Result<(), Error> {
        let _changing = self.change()?;
        let removed = self.resources_mut().subscribers.remove(id);
        removed.ok_or_else(|| Error::NotFound(id.to_owned()))?.remove();
        self.notify_progress();
        erase(&self.folder(Kind::Subscription, id))
    }

    fn folder(&self, kind: Kind, id: &str) -> PathBuf {
        self.data_dir.join(kind.collection()).join(id)
    }

    fn store(&self, kind: Kind, id: &str, resource: &impl serde::Serialize) -> Result<(), Error> {
        let folder = self.folder(kind, id);
        fs::create_dir_all(&folder)?;
        Ok(replace(&folder.join(CONFIG), &serde_json::to_vec_pretty(resource)?)?)
    }

    fn change(&self) -> Result<MutexGuard<'_, ()>, Error> {
        let guard = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if *self.stopped.borrow() { Err(Error::Unavailable) } else { Ok(guard) }
    }
}

/// Removes a resource's folder. The configuration goes first, because without it the resource does not exist.
fn erase(folder: &Path) -> Result<(), Error> {
    fs::remove_file(folder.join(CONFIG))?;
    // A message may arrive meanwhile. The next start removes the rest.
    if let Err(error) = fs::remove_dir_all(folder) {
        tracing::debug!(%error, "a deleted resource's folder is not empty yet");
    }
    Ok(())
}
