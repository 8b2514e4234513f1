using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Identities;

namespace SaasLlm.Api.Identities;

internal static class AccountEndpoints
{
    private const string CallbackPath = "/api/auth/oidc/callback";

    public static void MapAccounts(this IEndpointRouteBuilder app)
    {
        var auth = app.MapGroup("/api/auth").WithTags("Sign-in");

        auth.MapPost("/login", (JsonBody<SignIn> body, SessionCookie cookie, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command =>
                {
                    var session = await mediator.Send(command, cancellationToken);
                    if (!session.IsSuccess)
                        return session.Error.ToHttp();

                    cookie.Write(context.Response, session.Value);
                    return TypedResults.Ok(SignInAnswer.Of(session.Value));
                }))
            .WithName("signIn")
            .WithSummary("Sign in with e-mail and password")
            .WithDescription("Sets the cookie `session_token`. Send `csrf_token` as `X-CSRF-Token` with everything that changes something.")
            .Produces<SignInAnswer>()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        auth.MapGet("/methods", async (IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetSignInMethods(), cancellationToken)).ToHttp())
            .WithSummary("Show how people can sign in")
            .WithDescription("With oidc, through the identity provider: send a browser to `/api/auth/oidc/login?return_url=/dashboard`.")
            .Produces<SignInMethods>();

        auth.MapPost("/logout", async (SessionCookie cookie, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
            {
                var ended = await mediator.Send(new SignOut(SessionCookie.Read(context.Request)), cancellationToken);
                cookie.Clear(context.Response);
                return ended.ToHttp();
            })
            .ForAccounts()
            .WithName("signOut")
            .WithSummary("Sign out: the session ends on every node")
            .Produces<SignedOut>();

        auth.MapGet("/me", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                (await mediator.Send(new GetAccount(context.Caller(), ShownSession(context)), cancellationToken)).ToHttp())
            .ForWhoeverCalls()
            .WithName("getAccount")
            .WithSummary("Show who is calling")
            .Produces<AccountResponse>();

        auth.MapPost("/password", (JsonBody<ChangePassword> body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(
                    command with { Caller = context.Caller(), SessionToken = ShownSession(context) }, cancellationToken)).ToHttp()))
            .ForAccounts()
            .WithName("changePassword")
            .WithSummary("Change one's own password; other sessions end")
            .Produces<ChangedPassword>();

        MapProvider(auth.MapGroup("/oidc").ExcludeFromDescription());
    }

    /// <summary>Pages that a browser passes through, not calls of a program.</summary>
    private static void MapProvider(RouteGroupBuilder oidc)
    {
        oidc.MapGet("/login", async (
            [Microsoft.AspNetCore.Mvc.FromQuery(Name = "return_url")] string? returnUrl, SessionCookie cookie, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        {
            var begun = await mediator.Send(new BeginOidcSignIn(returnUrl, RedirectUri(context.Request)), cancellationToken);
            if (!begun.IsSuccess)
                return begun.Error.ToHttp();

            cookie.WriteFlow(context.Response, begun.Value.Flow);
            return TypedResults.Redirect(begun.Value.AuthorizationUrl.AbsoluteUri);
        });

        oidc.MapGet("/callback", async (string? code, string? state, SessionCookie cookie, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        {
            var completed = await mediator.Send(
                new CompleteOidcSignIn(code, state, SessionCookie.ReadFlow(context.Request), RedirectUri(context.Request)), cancellationToken);
            cookie.ClearFlow(context.Response);
            if (!completed.IsSuccess)
                return completed.Error.ToHttp();

            cookie.Write(context.Response, completed.Value.SignedIn);
            return TypedResults.LocalRedirect(completed.Value.ReturnUrl);
        });
    }

    /// <summary>The session that identified the caller; null where a key did.</summary>
    private static string? ShownSession(HttpContext context) => BearerToken.IsShown(context.Request) ? null : SessionCookie.Read(context.Request);

    private static Uri RedirectUri(HttpRequest request) => new($"{request.Scheme}://{request.Host}{CallbackPath}");

    /// <param name="CsrfToken">To be sent as <c>X-CSRF-Token</c>; <c>GET /api/auth/me</c> shows it again.</param>
    internal sealed record SignInAnswer(string UserId, string CsrfToken, DateTimeOffset ExpiresAt)
    {
        public static SignInAnswer Of(SignedIn session) =>
            new(session.UserId, SessionToken.AntiforgeryOf(session.SessionToken), session.ExpiresAt);
    }
}
