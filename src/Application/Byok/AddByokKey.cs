using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.ProviderCredentials;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Byok;
using SaasLlm.Domain.ProviderCredentials;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Byok;

/// <summary>Stores a key of the caller's own for a provider's API, encrypted, after the provider has accepted it.</summary>
/// <param name="Provider">openai, anthropic, google, openrouter, groq, together, deepseek, azure or custom.</param>
/// <param name="ApiKey">It takes the place of the owner's former key for the provider.</param>
/// <param name="ApiBase">Absent: the provider's own address. Required for azure and custom.</param>
/// <param name="ApiVersion">Azure's version of the API; absent: the default.</param>
/// <param name="Scope"><c>user</c> (default): serves the caller alone; <c>organization</c>: all of its organization.</param>
/// <param name="OrganizationId">An operator names it; for everybody else it is their own.</param>
/// <param name="FallBackToPlatform">True: where the key fails, the platform's keys serve and the credits pay; default false.</param>
/// <param name="Validate">False: the key is stored unchecked; default true.</param>
public sealed record AddByokKey(
    string? Provider,
    string? ApiKey,
    string? ApiBase = null,
    string? ApiVersion = null,
    JsonElement? Metadata = null,
    string? Scope = null,
    string? OrganizationId = null,
    bool? FallBackToPlatform = null,
    bool? Validate = null)
    : IRequest<Result<ByokKeyResponse>>
{
    [JsonIgnore]
    public Caller Caller { get; init; } = null!;

    /// <summary>Never the key: records print their members.</summary>
    public override string ToString() => $"{nameof(AddByokKey)} {Provider}";
}

internal sealed class AddByokKeyValidator : AbstractValidator<AddByokKey>
{
    public AddByokKeyValidator()
    {
        RuleFor(command => command.Provider)
            .Must(provider => provider is not null && ByokProviders.Names.Contains(ByokProviders.Canonical(provider)))
            .WithMessage($"must be one of {string.Join(", ", ByokProviders.Names)}.");
        RuleFor(command => command.ApiKey).ApiKey();
        RuleFor(command => command.ApiBase).ApiBase();
        RuleFor(command => command.ApiBase)
            .Must(apiBase => !string.IsNullOrEmpty(apiBase)).When(command => Providers.NeedApiBase(command.Provider), ApplyConditionTo.CurrentValidator)
            .WithMessage("is required: this provider has no address of its own.");
        RuleFor(command => command.ApiVersion)
            .Must(version => version is null || (version.Length is > 0 and <= 50 && version.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-')))
            .WithMessage("must be a version as Azure writes it, such as 2024-10-21.");
        RuleFor(command => command.ApiVersion)
            .Null().When(command => command.Provider != ByokProviders.Azure, ApplyConditionTo.CurrentValidator)
            .WithMessage("is for provider azure only.");
        RuleFor(command => command.Metadata).ValidMetadata();
        RuleFor(command => command.Scope)
            .Must(scope => scope is null or "user" or "organization")
            .WithMessage("must be user or organization.");
        RuleFor(command => command.OrganizationId).ValidId().When(command => command.OrganizationId is not null);
    }
}

internal sealed class AddByokKeyHandler(IMediator mediator, ISecretBox box, IProviderProbe probe, IOutgoingAddresses addresses)
    : IRequestHandler<AddByokKey, Result<ByokKeyResponse>>
{
    public async Task<Result<ByokKeyResponse>> Handle(AddByokKey command, CancellationToken cancellationToken)
    {
        var scope = command.Scope == "organization" ? ByokScope.Organization : ByokScope.User;
        var owner = ByokOwners.Added(command.Caller, scope, command.OrganizationId);
        if (!owner.IsSuccess)
            return owner.Error;
        if (!box.IsConfigured)
            return ProviderCredentialsErrors.EncryptionNotConfigured();

        var provider = ByokProviders.Canonical(command.Provider!);
        var apiBase = string.IsNullOrEmpty(command.ApiBase) ? null : new Uri(command.ApiBase);
        if (apiBase is not null && !await addresses.AllowAsync(apiBase, cancellationToken))
            return ByokErrors.AddressNotAllowed();

        var validate = command.Validate != false;
        if (validate)
        {
            var outcome = await probe.TestAsync(provider, command.ApiKey!, ByokAddress.Of(apiBase, command.ApiVersion), apiBase is not null, cancellationToken);
            if (Refusal(provider, outcome.Verdict) is { } refusal)
                return refusal;
        }

        // In a transaction of its own: none is held while a provider is asked.
        var id = Guid.CreateVersion7();
        return await mediator.Send(
            new StoreByokKey(new NewByokKey(
                id,
                owner.Value,
                provider,
                box.Seal(command.ApiKey!, SecretOwner.ByokKey(id)),
                ProviderSecret.Last4(command.ApiKey!),
                apiBase?.AbsoluteUri,
                command.ApiVersion,
                MetadataJson.Of(command.Metadata),
                command.FallBackToPlatform == true,
                validate)),
            cancellationToken);
    }

    private static Error? Refusal(string provider, ProbeVerdict verdict) => verdict switch
    {
        ProbeVerdict.Accepted or ProbeVerdict.Limited => null,
        ProbeVerdict.Refused => ByokErrors.NotAccepted(provider),
        ProbeVerdict.WrongAddress => ByokErrors.WrongAddress(provider),
        ProbeVerdict.TimedOut => ByokErrors.TimedOut(provider),
        _ => ByokErrors.Unreachable(provider),
    };
}
