using SaasLlm.Api.OpenApi;

namespace SaasLlm.Api.Tests.OpenApi;

internal sealed class OperationNamesTests
{
    [TestCase("POST", "api/teams/create", "createTeam")]
    [TestCase("POST", "api/model-groups/create", "createModelGroup")]
    [TestCase("GET", "api/teams", "getTeams")]
    [TestCase("GET", "api/teams/{id}", "getTeam")]
    [TestCase("DELETE", "api/teams/{id}/keys/{keyId}", "deleteTeamKey")]
    [TestCase("PUT", "api/teams/{id}/suspend", "putTeamSuspend")]
    [TestCase("POST", "api/jobs/{id}/llm-call", "postJobLlmCall")]
    [TestCase("POST", "api/jobs/create-and-call", "postJobsCreateAndCall")]
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
