using SaasLlm.Api.Operations;

namespace SaasLlm.Api;

/// <summary>The <c>health</c> command: asks the service of this configuration whether it is alive. For images that have no other program to ask with.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>0 where it is alive, 1 where it is not.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var configuration = WebApplication.CreateSlimBuilder(args).Configuration;
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(AddressOf(configuration["urls"] ?? Service.DefaultAddress));
            Console.WriteLine(answer.IsSuccessStatusCode ? "alive" : $"status {(int)answer.StatusCode}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            Console.WriteLine(exception.Message);
            return 1;
        }
    }

    /// <summary>Of several addresses the first; one that means every interface is asked on loopback.</summary>
    internal static Uri AddressOf(string urls)
    {
        var address = BindingAddress.Parse(urls.Split(';')[0]);
        var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host;
        return new UriBuilder(address.Scheme, host, address.Port, address.PathBase + HealthEndpoints.Path).Uri;
    }
}
