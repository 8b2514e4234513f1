using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Outgoing;

namespace SaasLlm.Infrastructure.Webhooks;

/// <summary>Posts events. The address is guarded as every one is that a caller chose, and redirects are not followed: they would lead around the guard.</summary>
internal sealed class WebhookSender : IWebhookSender, IDisposable
{
    private const int MaxExcerptBytes = 1024;

    private readonly HttpMessageInvoker _http;
    private readonly ISecretBox _box;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    public WebhookSender(OutgoingAddresses outgoing, ISecretBox box, IOptions<WebhookOptions> options, TimeProvider time)
    {
        _box = box;
        _time = time;
        _timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = outgoing.ConnectAsync,
            ConnectTimeout = _timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),

            // Servers close what is idle for some seconds; an event must not be sent into a connection that is just being closed.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2),
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,

            // Nobody reads on for the sake of a connection what a receiver goes on sending.
            ResponseDrainTimeout = TimeSpan.Zero,
            MaxResponseHeadersLength = 16,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        });
    }

    public async Task<WebhookAnswer> SendAsync(WebhookTarget target, WebhookMessage message, CancellationToken cancellationToken)
    {
        var owner = SecretOwner.Webhook(target.WebhookId);
        if (_box.Open(target.Secret, owner) is not { } secret)
            return new WebhookAnswer(null, null, "The secret cannot be decrypted: its encryption key is missing.", 0, null);

        var previous = target.PreviousSecret is null ? null : _box.Open(target.PreviousSecret, owner);
        using var request = Request(target, message, secret, previous);
        var started = _time.GetTimestamp();
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await _http.SendAsync(request, ending.Token);
            var latencyMs = Elapsed(started);
            return new WebhookAnswer(
                (int)response.StatusCode, await ExcerptAsync(response, ending.Token), Refusal(response.StatusCode), latencyMs, RetryAfter(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookAnswer(null, null, string.Create(CultureInfo.InvariantCulture, $"No answer within {_timeout.TotalSeconds} s."), Elapsed(started), null);
        }
        catch (HttpRequestException exception)
        {
            return new WebhookAnswer(null, null, Reason(exception), Elapsed(started), null);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(WebhookTarget target, WebhookMessage message, string secret, string? previous)
    {
        var body = Body(message);
        var id = message.EventId.ToString();
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        var signature = WebhookSignature.Of(secret, id, timestamp, body);
        if (previous is not null)
            signature += " " + WebhookSignature.Of(previous, id, timestamp, body);

        return new HttpRequestMessage(HttpMethod.Post, target.Url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            Headers =
            {
                { "User-Agent", "SaasLlm-Webhooks/1" },
                { "webhook-id", id },
                { "webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture) },
                { "webhook-signature", signature },
            },
        };
    }

    private static byte[] Body(WebhookMessage message)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", message.EventId);
            json.WriteString("type", message.Type);
            json.WriteString("timestamp", message.OccurredAt.UtcDateTime);
            json.WritePropertyName("data");
            json.WriteRawValue(message.Data, skipInputValidation: true);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>What the receiver has to say is for its owner to read; that it cannot be read takes nothing from its status.</summary>
    private static async Task<string?> ExcerptAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxExcerptBytes];
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return length == 0 ? null : Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', ' ');
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private static string? Refusal(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => "The receiver redirects; give its final address.",
        410 => "The receiver answered 410 Gone: it wants no more events.",
        var code => string.Create(CultureInfo.InvariantCulture, $"The receiver answered {code}."),
    };

    /// <summary>Names the kind of fault only: addresses that a name resolves to are not the owner's to learn.</summary>
    private static string Reason(HttpRequestException exception) =>
        exception.InnerException is OutgoingAddressException refused ? refused.Message : exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "The receiver's name does not resolve.",
            HttpRequestError.ConnectionError => "The receiver cannot be connected to.",
            HttpRequestError.SecureConnectionError => "No TLS connection to the receiver came about; look at its certificate.",
            _ => "The receiver broke the connection or did not answer in HTTP.",
        };

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => null,
    };

    private int Elapsed(long started) => (int)_time.GetElapsedTime(started).TotalMilliseconds;
}
