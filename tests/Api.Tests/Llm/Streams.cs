using System.Net.Http.Json;
using System.Text;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Llm;

/// <summary>Streams read as their callers would read them.</summary>
internal static class Streams
{
    public static async Task<StreamedAnswer> StreamAsync(this Tenant tenant, string? model, object? more = null, string path = "/v1/chat/completions")
    {
        var body = (Dictionary<string, object?>)Tenants.Chat(model, more: more);
        body["stream"] = true;
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        var response = await tenant.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
        return new StreamedAnswer(response, await response.Content.ReadAsStreamAsync());
    }

    public static async Task ExecuteAsync(this ServiceUnderTest service, string sql)
    {
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A running stream.</summary>
internal sealed class StreamedAnswer(HttpResponseMessage response, Stream body) : IDisposable
{
    private readonly byte[] _buffer = new byte[16 * 1024];

    public HttpResponseMessage Response => response;

    /// <summary>What has come when the text has come so often.</summary>
    public async Task<string> ReadUntilAsync(string text, int times = 1)
    {
        var read = new StringBuilder();
        while (read.ToString().Split(text).Length <= times)
        {
            var count = await body.ReadAsync(_buffer);
            if (count == 0)
                break;
            read.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        }

        return read.ToString();
    }

    /// <summary>All that comes, also where the connection breaks at its end.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var read = new StringBuilder();
        try
        {
            int count;
            while ((count = await body.ReadAsync(_buffer)) > 0)
                read.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // The service breaks a stream that has failed.
        }

        return read.ToString();
    }

    public void Dispose() => response.Dispose();
}
