using Microsoft.AspNetCore.Mvc;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Jobs;

/// <summary>The query string of a list of jobs.</summary>
internal sealed record JobQuery
{
    public string? Status { get; init; }

    [FromQuery(Name = "job_type")]
    public string? JobType { get; init; }

    [FromQuery(Name = "user_id")]
    public string? UserId { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public int? Limit { get; init; }

    public string? Cursor { get; init; }

    public ListJobs ToRequest(Caller caller, string teamId) =>
        new(caller, teamId, Status, JobType, UserId, From?.ToUniversalTime(), To?.ToUniversalTime(), new PageRequest(Limit, Cursor));

    public ExportJobs ToExport(Caller caller, string teamId) =>
        new(caller, teamId, Status, JobType, UserId, From?.ToUniversalTime(), To?.ToUniversalTime());

    public ListAllJobs ToRequestOfAll(string? organizationId) =>
        new(organizationId, Status, JobType, UserId, From?.ToUniversalTime(), To?.ToUniversalTime(), new PageRequest(Limit, Cursor));
}
