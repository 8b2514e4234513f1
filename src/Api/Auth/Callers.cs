using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Auth;

internal static class Callers
{
    /// <summary>Registers the kinds of credential in the order in which they are asked: service keys look like virtual keys.</summary>
    public static void AddCallers(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddSingleton(OperatorKeys.From(configuration, environment));
        services.AddSingleton(ServiceKeys.From(configuration, environment));
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<ICredentialHandler, OperatorKeyHandler>();
        services.AddSingleton<ICredentialHandler, ServiceKeyHandler>();
        services.AddSingleton<ICredentialHandler, VirtualKeyHandler>();
        services.AddSingleton<ICredentialHandler, UserKeyHandler>();
        services.AddSingleton<ICredentialHandler, JwtHandler>();
        services.AddSingleton<ICredentialHandler, SessionHandler>();
    }

    /// <summary>Who makes the request, by the first kind of credential that knows them; null: nobody does.</summary>
    public static async ValueTask<CallerIdentity?> IdentifyAsync(this ICredentialHandler[] handlers, HttpContext context)
    {
        var token = BearerToken.Read(context.Request);
        foreach (var handler in handlers)
        {
            if (await handler.IdentifyAsync(context.Request, token, context.RequestAborted) is { } identity)
                return identity;
        }

        return null;
    }

    /// <summary>The caller of this request; null where its route asks for none, or none was known.</summary>
    public static Caller? KnownCaller(this HttpContext context) => context.Features.Get<CallerIdentity>()?.Caller;

    /// <summary>The caller of a request whose route requires one.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.KnownCaller() ?? throw new InvalidOperationException("The route does not require a caller.");
}
