using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SaasLlm.Api.OpenApi;

/// <summary>Example bodies for the requests of the usual way through, by method and route; together they make one story.</summary>
internal sealed class RequestExamples : IOpenApiOperationTransformer
{
    private const string LlmCall =
        """
        {
          "model_group": "resume-agent",
          "purpose": "summary",
          "messages": [
            { "role": "system", "content": "Answer in one sentence." },
            { "role": "user", "content": "Summarize this resume: …" }
          ],
          "temperature": 0.2,
          "max_tokens": 200
        }
        """;

    private const string CreateAndCall =
        """
        {
          "team_id": "acme-hr",
          "job_type": "chat",
          "model_group": "resume-agent",
          "messages": [ { "role": "user", "content": "Which skills does this resume name? …" } ]
        }
        """;

    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["POST api/organizations/create"] =
            """
            { "organization_id": "org_acme", "name": "Acme Corporation", "metadata": { "plan": "enterprise" } }
            """,
        ["POST api/model-groups/create"] =
            """
            {
              "group_name": "resume-agent",
              "display_name": "Resume analysis",
              "models": [ { "model_name": "gpt-4o-mini", "priority": 0 }, { "model_name": "gpt-4o", "priority": 1 } ]
            }
            """,
        ["POST api/teams/create"] =
            """
            {
              "organization_id": "org_acme",
              "team_id": "acme-hr",
              "team_alias": "Acme HR",
              "model_groups": [ "resume-agent" ],
              "credits_allocated": 100
            }
            """,
        ["POST api/credits/add"] =
            """
            { "team_id": "acme-hr", "amount": 50, "description": "Monthly purchase" }
            """,
        ["POST api/credits/teams/{team_id}/add"] =
            """
            { "credits": 50, "reason": "Monthly purchase" }
            """,
        ["POST api/jobs/create"] =
            """
            { "team_id": "acme-hr", "job_type": "resume_analysis", "user_id": "user-17", "metadata": { "document": "resume-4711" } }
            """,
        ["POST api/jobs/{job_id}/llm-call"] = LlmCall,
        ["POST api/jobs/{job_id}/llm-call-stream"] = LlmCall,
        ["POST api/jobs/create-and-call"] = CreateAndCall,
        ["POST api/jobs/create-and-call-stream"] = CreateAndCall,
        ["POST api/jobs/{job_id}/complete"] =
            """
            { "status": "completed", "metadata": { "pages": 3 } }
            """,
    };

    /// <summary>The routes that have an example.</summary>
    public static IReadOnlyCollection<string> Routes => Examples.Keys;

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var route = $"{context.Description.HttpMethod} {ParameterNames.InSnakeCase(context.Description.RelativePath ?? string.Empty)}";
        if (Examples.TryGetValue(route, out var example)
            && operation.RequestBody?.Content is { } content
            && content.TryGetValue("application/json", out var json))
        {
            json.Example = JsonNode.Parse(example);
        }

        return Task.CompletedTask;
    }
}
