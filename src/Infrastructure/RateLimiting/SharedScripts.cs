namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>
/// What Redis does in one step. The same window as <see cref="UsageLog"/>, with 256 entries instead of 1,024: at most 0.4 % of
/// the limit is lost, none is granted twice. A scope is a hash (<c>head</c>: numbers of the oldest and the newest entry, sums,
/// end of the burst; one field an entry) and a sorted set of running calls by the end of their lease. Times are Redis' own, in µs.
/// </summary>
internal static class SharedScripts
{
    /// <summary>Numbers of a scope in the arguments of <see cref="Acquire"/>.</summary>
    public const int AcquireArguments = 4;

    /// <summary>And in its answer.</summary>
    public const int AcquireAnswers = 6;

    /// <summary>Numbers of a scope in the arguments of <see cref="End"/>.</summary>
    public const int EndArguments = 3;

    /// <summary>Up to so many requests a minute each has an entry of its own.</summary>
    public const int Exact = 256;

    /// <summary>Numbers before those of the scopes.</summary>
    public const int AcquireHead = 3;

    /// <summary>KEYS: log and slots of each scope. ARGV: tokens, lease, slot lifetime in ms; of each scope its four limits, 0 for none.</summary>
    /// <returns>Wait in µs (0: taken), which limit, which scope; of each scope entry, requests, their reset, burst, its reset, tokens.</returns>
    public const string Acquire = Window +
        """
        local tokens, lease, lifetime = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
        local scopes = {}
        local wait, by, refusing = 0, 0, 0

        for i = 1, #KEYS / 2 do
          local w = load(KEYS[2 * i - 1])
          w.slots = KEYS[2 * i]
          w.rpm, w.tpm = tonumber(ARGV[4 * i]), tonumber(ARGV[4 * i + 1])
          w.parallel, w.burst = tonumber(ARGV[4 * i + 2]), tonumber(ARGV[4 * i + 3])
          w.interval = w.rpm > 0 and minute / w.rpm or 0
          scopes[i] = w

          local function refuse(limit, time)
            if time > wait then wait, by, refusing = time, limit, i end
          end
          if w.parallel > 0 then
            redis.call('zremrangebyscore', w.slots, '-inf', clock)
            if redis.call('zcard', w.slots) >= w.parallel then refuse(3, 1000000) end
          end
          if w.rpm > 0 and w.requests >= w.rpm then
            refuse(1, leaves(w, 3, w.requests - w.rpm + 1))
          end
          if w.tpm > 0 and w.tokens > 0 and w.tokens + tokens > w.tpm then
            refuse(2, leaves(w, 4, math.min(w.tokens, w.tokens + tokens - w.tpm)))
          end
          if w.burst > 0 then
            local early = w.full - clock - (w.burst - 1) * w.interval
            if early > 1 then refuse(4, early) end
          end
        end

        local answer = { math.ceil(wait), by, refusing }
        for i, w in ipairs(scopes) do
          local entry = 0
          if by == 0 then
            if w.rpm > 0 or w.tpm > 0 then
              entry = add(w, 1, tokens, w.rpm > 0 and w.rpm <= exact)
              if w.burst > 0 then w.full = math.max(w.full, clock) + w.interval end
              save(w)
              keep(w)
            end
            if w.parallel > 0 then
              redis.call('zadd', w.slots, clock + lifetime * 1000, lease)
              redis.call('pexpire', w.slots, lifetime + 1000)
            end
          elseif w.changed then
            save(w)
          end

          local reset = 0
          if w.last >= w.first then reset = read(w, w.last)[2] + minute - clock end
          local ahead = math.max(0, w.full - clock)
          local burst = w.interval > 0 and math.ceil(ahead / w.interval - 0.001) or 0
          for _, number in ipairs({ entry, w.requests, math.ceil(reset), burst, math.ceil(ahead), w.tokens }) do
            answer[#answer + 1] = number
          end
        end
        return answer
        """;

    /// <summary>KEYS as above. ARGV: lease, change of tokens, requests to give back; of each scope its entry (0: none), the burst's interval in µs to give back, and 1 where entries are not shared.</summary>
    public const string End = Window +
        """
        local lease, change, back = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
        for i = 1, #KEYS / 2 do
          local entry, interval, own = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2]), ARGV[3 * i + 3] == '1'
          if entry > 0 and (change ~= 0 or back ~= 0) then
            local w = load(KEYS[2 * i - 1])
            if entry >= w.first and entry <= w.last then
              local e = read(w, entry)
              write(w, entry, e[1], e[2], e[3] - back, e[4] + change)
              w.requests, w.tokens, w.full = w.requests - back, w.tokens + change, w.full - interval
              save(w)
            elseif change > 0 then
              add(w, 0, change, own)
              save(w)
              keep(w)
            elseif w.changed then
              save(w)
            end
          end
          redis.call('zrem', KEYS[2 * i], lease)
        end
        return 1
        """;

    /// <summary>KEYS: slots. ARGV: lease, slot lifetime in ms. Puts back what a restarted Redis has lost, too.</summary>
    public const string Renew =
        """
        local time = redis.call('time')
        for i = 1, #KEYS do
          redis.call('zadd', KEYS[i], time[1] * 1000000 + time[2] + ARGV[2] * 1000, ARGV[1])
          redis.call('pexpire', KEYS[i], ARGV[2] + 1000)
        end
        return 1
        """;

    /// <summary>KEYS: slots. ARGV: lease.</summary>
    public const string Free =
        """
        for i = 1, #KEYS do
          redis.call('zrem', KEYS[i], ARGV[1])
        end
        return 1
        """;

    private const string Window =
        """
        local minute, grain, exact = 60000000, 234375, 256
        local time = redis.call('time')
        local clock = time[1] * 1000000 + time[2]

        local function read(w, entry)
          local packed = redis.call('hget', w.key, entry)
          return { struct.unpack('dddd', packed) }
        end

        local function write(w, entry, began, ended, requests, tokens)
          redis.call('hset', w.key, entry, struct.pack('dddd', began, ended, requests, tokens))
        end

        -- Numbers of entries begin with the time, so that a lease never meets another's entry after its window has expired.
        local function load(key)
          local w = { key = key, first = math.floor(clock / 1000), requests = 0, tokens = 0, full = 0, changed = false }
          w.last = w.first - 1
          local head = redis.call('hget', key, 'head')
          if head then w.first, w.last, w.requests, w.tokens, w.full = struct.unpack('ddddd', head) end
          while w.first <= w.last do
            local e = read(w, w.first)
            if e[2] + minute > clock then break end
            w.requests, w.tokens = w.requests - e[3], w.tokens - e[4]
            redis.call('hdel', key, w.first)
            w.first = w.first + 1
            w.changed = true
          end
          return w
        end

        local function save(w)
          redis.call('hset', w.key, 'head', struct.pack('ddddd', w.first, w.last, w.requests, w.tokens, w.full))
        end

        local function keep(w)
          redis.call('pexpire', w.key, math.ceil(math.max(minute, w.full - clock) / 1000) + 1000)
        end

        local function add(w, requests, tokens, own)
          local now, began, r, t, share = clock, clock, 0, 0, false
          if w.last >= w.first then
            local e = read(w, w.last)
            now = math.max(clock, e[2])
            began = now
            if e[3] == 0 and e[4] == 0 then
              share = true
            elseif (not own or w.last - w.first + 1 >= exact) and now - e[1] < grain then
              began, r, t, share = e[1], e[3], e[4], true
            end
          end
          if not share then w.last = w.last + 1 end
          write(w, w.last, began, now, r + requests, t + tokens)
          w.requests, w.tokens = w.requests + requests, w.tokens + tokens
          return w.last
        end

        -- Time until so many requests (3) or tokens (4) have left.
        local function leaves(w, what, amount)
          for entry = w.first, w.last do
            local e = read(w, entry)
            amount = amount - e[what]
            if amount <= 0 then return e[2] + minute - clock end
          end
          return minute
        end


        """;
}
