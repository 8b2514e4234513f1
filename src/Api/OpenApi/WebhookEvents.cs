using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SaasLlm.Application.Events;
using SaasLlm.Domain.Webhooks;

namespace SaasLlm.Api.OpenApi;

/// <summary>What is sent to webhooks, by event: the document's <c>webhooks</c> section.</summary>
internal sealed class WebhookEvents : IOpenApiDocumentTransformer
{
    private static readonly (string Type, string Summary, Type Data)[] Events =
    [
        (EventTypes.JobCompleted, "A job was completed.", typeof(JobEventData)),
        (EventTypes.JobFailed, "A job was reported as failed.", typeof(JobEventData)),
        (EventTypes.JobExpired, "A job that nobody finished in time has failed.", typeof(JobEventData)),
        (EventTypes.CreditsLow, "A wallet has crossed one of its thresholds.", typeof(CreditThresholdData)),
        (EventTypes.CreditsExhausted, "Less than one credit is left in a wallet.", typeof(CreditThresholdData)),
        (EventTypes.CreditsAdded, "Credits were granted, refilled or given back.", typeof(CreditsAddedData)),
        (EventTypes.BudgetExceeded, "A monthly budget is spent.", typeof(BudgetEventData)),
        (EventTypes.TeamSuspended, "A team, or all of an organization's, was suspended.", typeof(TeamStatusData)),
        (EventTypes.TeamPaused, "A team was paused.", typeof(TeamStatusData)),
        (EventTypes.TeamResumed, "A team, or all of an organization's, may work again.", typeof(TeamStatusData)),
        (EventTypes.KeyCreated, "A team got a key.", typeof(TeamKeyData)),
        (EventTypes.KeyRotated, "A key of a team was replaced; the old one works on for its grace period.", typeof(TeamKeyData)),
        (EventTypes.KeyRevoked, "A key of a team was ended.", typeof(TeamKeyData)),
    ];

    public async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Webhooks = new Dictionary<string, IOpenApiPathItem>(StringComparer.Ordinal);
        foreach (var (type, summary, data) in Events)
        {
            var schema = await context.GetOrCreateSchemaAsync(data, null, cancellationToken);
            document.Webhooks.Add(type, new OpenApiPathItem
            {
                Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = Operation(type, summary, schema) },
            });
        }
    }

    private static OpenApiOperation Operation(string type, string summary, OpenApiSchema data) => new()
    {
        Summary = summary,
        Description = "Signed as Standard Webhooks says. webhook-id is the same at each attempt. Any 2xx status takes it; 410 switches the webhook off; anything else, or none within the time-out, is tried again.",
        Parameters =
        [
            Header("webhook-id", "The event's id."),
            Header("webhook-timestamp", "When this attempt was made, in Unix seconds."),
            Header("webhook-signature", "v1, and the base64 of the HMAC-SHA256 of id.timestamp.body; two of them, with a space between, while a rotation's overlap lasts."),
        ],
        RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["application/json"] = new() { Schema = Body(type, data) } },
        },
        Responses = new OpenApiResponses { ["2XX"] = new OpenApiResponse { Description = "Taken." } },
    };

    private static OpenApiParameter Header(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Required = true,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiSchema Body(string type, OpenApiSchema data) => Object(
        ("id", new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" }),
        ("type", new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create(type)] }),
        ("timestamp", new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time", Description = "When it happened." }),
        ("data", new OpenApiSchema
        {
            AllOf =
            [
                Object(
                    ("organization_id", new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null }),
                    ("team_id", new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null })),
                data,
            ],
        }));

    private static OpenApiSchema Object(params (string Name, OpenApiSchema Schema)[] properties) => new()
    {
        Type = JsonSchemaType.Object,
        Required = properties.Select(property => property.Name).ToHashSet(StringComparer.Ordinal),
        Properties = properties.ToDictionary(property => property.Name, IOpenApiSchema (property) => property.Schema, StringComparer.Ordinal),
    };
}
