using System.Text.Json;
using Npgsql;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Application.Webhooks;
using SaasLlm.Domain.Teams;
using SaasLlm.Infrastructure.Tests.Llm;
using SaasLlm.Infrastructure.Webhooks;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Webhooks;

/// <summary>A node whose relay runs when the test says so, at the time that it says; receivers on this machine are allowed.</summary>
internal sealed class WebhookNode : IAsyncDisposable
{
    public static readonly Caller Operator = Caller.Operator("test");

    private WebhookNode(Node node, ShiftedTime time) => (Node, Time) = (node, time);

    public Node Node { get; }

    public ShiftedTime Time { get; }

    public static async Task<WebhookNode> StartAsync(string? connectionString = null, params string[] settings)
    {
        var time = new ShiftedTime();
        var node = await Node.StartAtAsync(time, connectionString, settings: ["Outgoing:AllowedNetworks:0=127.0.0.0/8", .. settings]);
        return new WebhookNode(node, time);
    }

    /// <summary>An organization with a team of the same name and some credits.</summary>
    public async Task CreateTeamAsync(string name, decimal credits = 100)
    {
        await Node.DoAsync(new CreateOrganization(name, name));
        await Node.DoAsync(new CreateTeam(name, name, CreditsAllocated: credits));
    }

    /// <param name="organizationId">Null: the operator's.</param>
    public Task<WebhookResponse> HookAsync(FakeUpstream receiver, string? organizationId = null, params string[] events) =>
        Node.DoAsync(new CreateWebhook(new Uri(receiver.ApiBase, "/hook").AbsoluteUri, Events: events.Length == 0 ? null : events)
        {
            Scope = new WebhookScope(Operator, organizationId),
        });

    /// <summary>Makes an event: the team is paused and resumed in turn.</summary>
    public async Task HappenAsync(string teamId, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            var isActive = (await Node.DoAsync(new GetTeam(Operator, teamId))).Status == "active";
            await Node.DoAsync(new ChangeTeamStatus(teamId, isActive ? TeamStatus.Paused : TeamStatus.Active));
        }
    }

    /// <summary>Delivers what is due, once.</summary>
    public async Task RelayAsync() => await Task.WhenAll(await Node.Get<WebhookRelay>().StartDueAsync(32, CancellationToken.None));

    public Task<WebhookResponse> GetAsync(WebhookResponse webhook) =>
        Node.DoAsync(new GetWebhook(new WebhookScope(Operator, null), webhook.WebhookId));

    public async Task<IReadOnlyList<DeliveryResponse>> DeliveriesAsync(WebhookResponse webhook, string? status = null) =>
        (await Node.DoAsync(new ListDeliveries(new WebhookScope(Operator, null), webhook.WebhookId, status, new PageRequest(200, null)))).Data;

    /// <summary>The ids of a webhook's events in the order in which they happened.</summary>
    public async Task<string[]> EventIdsAsync(WebhookResponse webhook)
    {
        await using var command = Node.Get<NpgsqlDataSource>().CreateCommand(
            "select array_agg(event_id::text order by position) from webhook_deliveries where webhook_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = webhook.WebhookId });
        return await command.ExecuteScalarAsync() as string[] ?? [];
    }

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}

internal static class ReceivedWebhooks
{
    public static readonly UpstreamScript Taken = UpstreamScript.Json(200, "{}");

    public static string[] Ids(this FakeUpstream receiver) => [.. receiver.Received.Select(request => request.Headers["webhook-id"])];

    public static JsonElement[] Events(this FakeUpstream receiver) => [.. receiver.Received.Select(request => JsonElement.Parse(request.Body))];

    public static string[] Types(this FakeUpstream receiver) => [.. receiver.Events().Select(happened => happened.GetProperty("type").GetString()!)];
}
