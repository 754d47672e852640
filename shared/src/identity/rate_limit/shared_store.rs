//! Debts stored in Redis, shared by all instances.

use redis::Script;

use super::gcra::{Charge, WINDOW};
use crate::cloud::redis::Redis;

/// Charges all keys, or no key if a charge exceeds its limit and `ARGV[1]` is not 1. Returns the debts before the
/// charge. `ARGV[2]` is the window, and the charges follow it, all in microseconds. The time is that of the Redis
/// server, because the clocks of instances may differ.
const SPEND: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[2])
local charged = true
local debts = {}
for i, paid_at in ipairs(redis.call('MGET', unpack(KEYS))) do
    debts[i] = math.max((tonumber(paid_at) or 0) - now, 0)
    charged = charged and debts[i] + ARGV[i + 2] <= window
end
if charged or ARGV[1] == '1' then
    for i, key in ipairs(KEYS) do
        local debt = debts[i] + ARGV[i + 2]
        redis.call('SET', key, string.format('%.0f', now + debt), 'PX', math.ceil(debt / 1000))
    end
end
return debts
";

/// The store shared by all instances.
pub(super) struct SharedStore {
    redis: Redis,
    script: Script,
}

impl SharedStore {
    pub(super) fn new(redis: Redis) -> Self {
        Self { redis, script: Script::new(SPEND) }
    }

    /// Charges all keys or no key, and returns their debts before the charge. `None` while Redis is unavailable.
    pub(super) async fn spend(&self, charges: &[Charge], in_any_case: bool) -> Option<Vec<i64>> {
        let mut call = self.script.prepare_invoke();
        call.arg(u8::from(in_any_case)).arg(WINDOW);
        for charge in charges {
            call.key([b"rate-limit:".as_slice(), &charge.key].concat()).arg(charge.micros);
        }
        let debts: Vec<i64> =
            self.redis.query(async |mut connection| call.invoke_async(&mut connection).await).await?;
        (debts.len() == charges.len()).then_some(debts)
    }
}
