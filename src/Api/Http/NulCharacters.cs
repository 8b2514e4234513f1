using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Http;

/// <summary>PostgreSQL's text cannot hold NUL, so no id or filter with one can name anything. Paths with one are refused by the server itself.</summary>
internal static class NulCharacters
{
    private static readonly Error InQuery = new("malformed_request", "The query must not contain NUL characters.", ErrorKind.Malformed);

    public static void RefuseNulInQuery(this IApplicationBuilder app) => app.Use(static (context, next) =>
        context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) is true
            ? context.Response.WriteErrorAsync(InQuery)
            : next(context));
}
