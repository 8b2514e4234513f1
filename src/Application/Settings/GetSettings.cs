using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Settings;

/// <summary>How this node is configured, without its secrets; the operator's.</summary>
public sealed record GetSettings : IRequest<Result<SettingList>>;

/// <summary>A documented option as it is in force.</summary>
public sealed record SettingResponse
{
    /// <summary>As in the configuration table: <c>Webhooks:TimeoutSeconds</c>.</summary>
    public required string Name { get; init; }

    /// <summary>A list with commas; of a secret only <c>set</c> or <c>not set</c>. Null: none.</summary>
    public string? Value { get; init; }

    public required bool IsDefault { get; init; }

    public required bool IsSecret { get; init; }
}

/// <param name="Data">In the order of the configuration table.</param>
public sealed record SettingList(IReadOnlyList<SettingResponse> Data)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<SettingResponse> Settings => Data;
}

internal sealed class GetSettingsHandler(ISettings settings) : IRequestHandler<GetSettings, Result<SettingList>>
{
    public Task<Result<SettingList>> Handle(GetSettings query, CancellationToken cancellationToken) =>
        Task.FromResult(Result<SettingList>.Success(new SettingList(settings.Show())));
}
