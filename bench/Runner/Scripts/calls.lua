-- Posts one body to a list of paths, again and again, in their order.
-- Arguments after "--": a file with one path a line, a file with the body, the bearer key.
-- Prints one line of figures that the runner reads.

local requests = {}
local next_request = 0

function init(args)
  local file = assert(io.open(args[2], "r"))
  local body = file:read("*a")
  file:close()
  local headers = {
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. args[3],
  }
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", path, headers, body)
  end
end

function request()
  next_request = next_request + 1
  if next_request > #requests then
    next_request = 1
  end
  return requests[next_request]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    "figures requests=%d duration_us=%d p50_us=%d p99_us=%d status=%d connect=%d read=%d write=%d timeout=%d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end
