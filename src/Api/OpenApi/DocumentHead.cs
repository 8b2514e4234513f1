using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;

namespace SaasLlm.Api.OpenApi;

/// <summary>Title, tags, the security scheme and the shared error schema. No servers: the document is the same wherever the service runs.</summary>
internal sealed class DocumentHead : IOpenApiDocumentTransformer
{
    public const string BearerScheme = "bearer";
    public const string SessionScheme = "session";
    public const string ProblemSchema = "Problem";

    private const string Description =
        """
        A gateway between your SaaS application and language models. A **team** (one of your customers) buys credits; your
        application opens a **job** for each piece of its work, makes any number of model calls within it and completes it.
        A job that completes without a failed call costs one credit; any other costs none.

        Authenticate with `Authorization: Bearer <key>`: an operator key for administration, a team's virtual key for jobs.
        Field names are snake_case, times are ISO 8601 in UTC, unknown request fields are ignored.
        Refusals are `application/problem+json` whose `code` is stable. Every response carries `X-Request-Id`.
        """;

    private static readonly (string Name, string Description)[] Tags =
    [
        ("Organizations", "The operator's customers; teams belong to them."),
        ("Teams", "A customer's unit of access: keys, credits, limits and granted models. The operator manages them."),
        ("Tiers", "What organizations can subscribe to on the LLM API: quotas, mark-up, monthly credits."),
        ("Credits", "What teams and organizations have paid for, as a double-entry ledger."),
        ("Jobs", "A piece of work that is charged as a whole, whatever number of model calls it takes."),
        ("Reports", "What was used, what it cost and what it earned."),
        ("Pricing", "What customers are billed for jobs, beside what the jobs cost."),
        ("Budgets", "What teams and organizations may cost in a month, and what happens when they have."),
        ("Models", "Models with their prices and providers."),
        ("Model groups", "Names that applications use instead of models: a first choice and its fallbacks."),
        ("Model access groups", "Sets of models that can be granted to teams."),
        ("Provider credentials", "Keys for the providers' APIs, encrypted at rest and never shown again."),
        ("LLM API", "Models, as the clients of OpenAI and Anthropic call them, at `/v1` and `/api/v1/llm`. Errors have OpenAI's form."),
        ("Own keys", "Keys for the providers' APIs that users and organizations bring: their calls use them and cost no credits."),
        ("Users", "People, and the organizations that they belong to."),
        ("Sign-in", "Sessions of people who use a browser."),
        ("API keys", "Keys with which a user's own programs call the LLM API."),
        ("Key links", "Links that hand a team's key over, each once."),
        ("Audit", "Who changed what, and what it was before."),
        ("Import", "Moving in from another gateway."),
        ("Webhooks", "Addresses that hear of events, signed as [Standard Webhooks](https://www.standardwebhooks.com) says."),
        ("Alerts", "What there was to warn of, and at which credits to warn."),
        ("Live", "What changes, told while it does."),
        ("Settings", "How the service is configured."),
        ("Operations", "For monitors and load balancers; only the metrics need a credential."),
    ];

    public async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo { Title = ApiDocument.Title, Version = "1", Description = Description };
        document.Servers = null;
        Describe(document);
        document.AddComponent(ProblemSchema, await context.GetOrCreateSchemaAsync(typeof(Problem), null, cancellationToken));
        document.AddComponent<IOpenApiSecurityScheme>(BearerScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "An operator key (configuration `Auth:AdminKeys`), a team's virtual key (`sk-…`, shown once when the team is created), a service key (`Auth:ServiceKeys`), a user's API key (`uc_…`) or a token of the identity provider (`Auth:Oidc`).",
        });
        document.AddComponent<IOpenApiSecurityScheme>(SessionScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Cookie,
            Name = SessionCookie.Name,
            Description = "Set by `POST /api/auth/login`. What changes something needs the header `X-CSRF-Token` as well.",
        });
    }

    /// <summary>Known tags in the order of this page, then any that only an endpoint names.</summary>
    private static void Describe(OpenApiDocument document)
    {
        var used = document.Tags?.Select(tag => tag.Name!).ToHashSet(StringComparer.Ordinal) ?? [];
        document.Tags = new HashSet<OpenApiTag>(
        [
            .. Tags.Where(tag => used.Remove(tag.Name)).Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }),
            .. used.Order(StringComparer.Ordinal).Select(name => new OpenApiTag { Name = name }),
        ]);
    }
}
