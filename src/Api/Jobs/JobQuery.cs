using Microsoft.AspNetCore.Mvc;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Jobs;

/// <summary>The query string of a list of jobs.</summary>
internal sealed record JobQuery(
    string? Status,
    [property: FromQuery(Name = "job_type")] string? JobType,
    [property: FromQuery(Name = "user_id")] string? UserId,
    DateTimeOffset? From,
    DateTimeOffset? To,
    int? Limit,
    string? Cursor)
{
    public ListJobs ToRequest(Caller caller, string teamId) =>
        new(caller, teamId, Status, JobType, UserId, From?.ToUniversalTime(), To?.ToUniversalTime(), new PageRequest(Limit, Cursor));

    public ExportJobs ToExport(Caller caller, string teamId) =>
        new(caller, teamId, Status, JobType, UserId, From?.ToUniversalTime(), To?.ToUniversalTime());

    public ListAllJobs ToRequestOfAll(string? organizationId) =>
        new(organizationId, Status, JobType, UserId, From?.ToUniversalTime(), To?.ToUniversalTime(), new PageRequest(Limit, Cursor));
}
