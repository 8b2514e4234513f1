using System.Security.Authentication;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace SaasLlm.Infrastructure.Redis;

/// <summary>
/// One multiplexed connection a node. The client's asynchronous calls never time out by themselves, so each waits here no
/// longer than the option says, and a circuit keeps a Redis that hangs from costing that wait again and again.
/// </summary>
internal sealed partial class RedisConnection(IOptions<RedisOptions> options, TimeProvider time, ILogger<RedisConnection> logger)
    : IRedis, IHostedService, IAsyncDisposable
{
    private readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(options.Value.TimeoutMs);
    private readonly RedisCircuit _circuit = new(time);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly List<(string Channel, Action<RedisValue> Received)> _subscriptions = [];
    private volatile ConnectionMultiplexer? _multiplexer;
    private IDatabase? _database;
    private Task _connecting = Task.CompletedTask;
    private int _disposed;

    public bool IsAvailable => _multiplexer is { IsConnected: true } && !_circuit.IsOpen;

    public string Prefix => options.Value.Prefix;

    public async ValueTask<RedisAnswer<T>> AskAsync<TState, T>(Func<IDatabase, TState, Task<T>> command, TState state)
    {
        if (_multiplexer is not { IsConnected: true } || !_circuit.TryEnter())
            return default;

        try
        {
            var value = await command(_database!, state).WaitAsync(_timeout, time);
            _circuit.Succeeded();
            return new RedisAnswer<T>(true, value);
        }
        catch (Exception exception) when (exception is TimeoutException or RedisException or ObjectDisposedException or OperationCanceledException)
        {
            if (_circuit.Failed())
                LogOpened(exception.GetType().Name);
            return default;
        }
    }

    public void Subscribe(string channel, Action<RedisValue> received)
    {
        lock (_lock)
        {
            if (_multiplexer is null)
                _subscriptions.Add((channel, received));
            else
                Listen(_multiplexer, channel, received);
        }
    }

    /// <summary>Does not wait for the connection: the service serves without Redis as well.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(options.Value.ConnectionString))
            _connecting = ConnectAsync(options.Value.ConnectionString);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        // The container knows it under several names, and disposes it under each.
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;

        await _stopping.CancelAsync();
        await _connecting;
        if (_multiplexer is { } multiplexer)
            await multiplexer.CloseAsync(allowCommandsToComplete: false);
        _stopping.Dispose();
    }

    private async Task ConnectAsync(string connectionString)
    {
        try
        {
            var configuration = ConfigurationOptions.Parse(connectionString);
            configuration.AbortOnConnectFail = false;
            configuration.ClientName ??= "saasllm";
            configuration.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            var multiplexer = await ConnectionMultiplexer.ConnectAsync(configuration).WaitAsync(_stopping.Token);

            // The order of answers to independent calls means nothing, and keeping it would make one wait for the other.
            multiplexer.PreserveAsyncOrder = false;
            multiplexer.ConnectionFailed += (_, failure) => LogLost(failure.FailureType);
            multiplexer.ConnectionRestored += (_, _) => LogConnected();
            lock (_lock)
            {
                _database = multiplexer.GetDatabase();
                _multiplexer = multiplexer;
                foreach (var (channel, received) in _subscriptions)
                    Listen(multiplexer, channel, received);
            }

            if (multiplexer.IsConnected)
                LogConnected();
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
        catch (Exception exception)
        {
            // Its message may name the password.
            LogMisconfigured(exception.GetType().Name);
        }
    }

    private static void Listen(ConnectionMultiplexer multiplexer, string channel, Action<RedisValue> received) =>
        _ = multiplexer.GetSubscriber().SubscribeAsync(channel, (_, value) => received(value));

    [LoggerMessage(LogLevel.Information, "Connected to Redis")]
    private partial void LogConnected();

    [LoggerMessage(LogLevel.Warning, "The connection to Redis was lost ({Failure}); each node keeps its own limits and cache until it is back")]
    private partial void LogLost(ConnectionFailureType failure);

    [LoggerMessage(LogLevel.Warning, "Redis does not answer ({Fault}); it is left alone for a while")]
    private partial void LogOpened(string fault);

    [LoggerMessage(LogLevel.Error, "Redis cannot be used as it is configured ({Fault})")]
    private partial void LogMisconfigured(string fault);
}
