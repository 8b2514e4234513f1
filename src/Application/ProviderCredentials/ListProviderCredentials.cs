using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.ProviderCredentials;

/// <summary>All provider credentials, oldest first.</summary>
public sealed record ListProviderCredentials(PageRequest Page) : IRequest<Result<ProviderCredentialList>>;

/// <param name="Data">One page.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record ProviderCredentialList(IReadOnlyList<ProviderCredentialResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<ProviderCredentialResponse> ProviderCredentials => Data;
}

internal sealed class ListProviderCredentialsHandler(IProviderCredentialRepository credentials)
    : IRequestHandler<ListProviderCredentials, Result<ProviderCredentialList>>
{
    public async Task<Result<ProviderCredentialList>> Handle(ListProviderCredentials query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !Guid.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");

        var page = await credentials.ListAsync(start.Value, cancellationToken);
        return new ProviderCredentialList(page.Rows, page.NextCursor);
    }
}
