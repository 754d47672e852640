//! Backlogs stored in Redis, shared by all instances.

use redis::Script;

use super::gcra::{Charge, WINDOW};
use crate::cloud::redis::Redis;

/// Charges all keys, or no key if a charge exceeds its limit and `ARGV[1]` is not 1. Returns the backlogs before
/// the charge. `ARGV[2]` is the window, and the charges follow it, all in microseconds. The time is that of the Redis
/// server, because the clocks of instances may differ.
const CHARGE: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[2])
local charged = true
local backlogs = {}
for i, theoretical_arrival in ipairs(redis.call('MGET', unpack(KEYS))) do
    backlogs[i] = math.max((tonumber(theoretical_arrival) or 0) - now, 0)
    charged = charged and backlogs[i] + ARGV[i + 2] <= window
end
if charged or ARGV[1] == '1' then
    for i, key in ipairs(KEYS) do
        local backlog = backlogs[i] + ARGV[i + 2]
        redis.call('SET', key, string.format('%.0f', now + backlog), 'PX', math.ceil(backlog / 1000))
    end
end
return backlogs
";

/// The store shared by all instances.
pub(super) struct SharedStore {
    redis: Redis,
    script: Script,
}

impl SharedStore {
    pub(super) fn new(redis: Redis) -> Self {
        Self { redis, script: Script::new(CHARGE) }
    }

    /// Charges all keys or no key, and returns their backlogs before the charge. `None` while Redis is unavailable.
    pub(super) async fn charge(&self, charges: &[Charge], in_any_case: bool) -> Option<Vec<i64>> {
        let mut call = self.script.prepare_invoke();
        call.arg(u8::from(in_any_case)).arg(WINDOW);
        for charge in charges {
            call.key([b"rate-limit:".as_slice(), &charge.key].concat()).arg(charge.micros);
        }
        let backlogs: Vec<i64> =
            self.redis.query(async |mut connection| call.invoke_async(&mut connection).await).await?;
        (backlogs.len() == charges.len()).then_some(backlogs)
    }
}
