using SaasLlm.Api.OpenApi;

namespace SaasLlm.Api.Tests.OpenApi;

internal sealed class OperationNamesTests
{
    [TestCase("POST", "api/teams/create", "createTeam")]
    [TestCase("POST", "api/model-groups/create", "createModelGroup")]
    [TestCase("POST", "api/webhooks", "createWebhook")]
    [TestCase("GET", "api/teams", "getTeams")]
    [TestCase("GET", "api/teams/{id}", "getTeam")]
    [TestCase("PUT", "api/teams/{id}", "updateTeam")]
    [TestCase("PUT", "api/teams/{id}/model-groups", "setTeamModelGroups")]
    [TestCase("PATCH", "api/credits/teams/{id}/budget-mode", "setTeamBudgetMode")]
    [TestCase("DELETE", "api/teams/{id}/keys/{keyId}", "deleteTeamKey")]
    [TestCase("POST", "api/teams/{id}/suspend", "suspendTeam")]
    [TestCase("POST", "api/webhooks/{id}/rotate-secret", "rotateWebhookSecret")]
    [TestCase("POST", "api/webhooks/{id}/deliveries/{eventId}/replay", "replayWebhookDelivery")]
    [TestCase("GET", "api/ledger/verify", "verifyLedger")]
    [TestCase("POST", "v1/chat/completions", "createLlmChatCompletion")]
    [TestCase("GET", "api/v1/llm/credits", "getV1LlmCredits")]
    [TestCase("GET", "api/credits/balance", "getCreditsBalance")]
    [TestCase("GET", "openapi.json", "getOpenapiJson")]
    public void NameOf_ForARoute_IsCamelCaseAndSaysWhatItDoes(string method, string route, string name) =>
        Assert.That(OperationNames.NameOf(method, route), Is.EqualTo(name));

    [TestCase("/api/jobs/{jobId}/llm-call", "/api/jobs/{job_id}/llm-call")]
    [TestCase("/api/teams/{teamId}/keys/{keyId}", "/api/teams/{team_id}/keys/{key_id}")]
    [TestCase("/api/teams", "/api/teams")]
    public void InSnakeCase_ForAPath_ChangesOnlyItsParameters(string path, string shown) =>
        Assert.That(ParameterNames.InSnakeCase(path), Is.EqualTo(shown));
}
