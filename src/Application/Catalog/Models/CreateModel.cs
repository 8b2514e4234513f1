using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.Models;

/// <summary>Adds a model to the catalogue.</summary>
public sealed record CreateModel : ModelFields, IRequest<Result<ModelResponse>>, ITransactional
{
    /// <summary>The name by which callers and groups know it.</summary>
    public string? ModelAlias { get; init; }
}

internal sealed class CreateModelValidator : ModelFieldsValidator<CreateModel>
{
    public CreateModelValidator()
    {
        RuleFor(command => command.ModelAlias).ValidId();
        RuleFor(command => command.Provider).NotNull().WithMessage("is required.");
    }
}

internal sealed class CreateModelHandler(IModelRepository models, IChangeFeed changes) : IRequestHandler<CreateModel, Result<ModelResponse>>
{
    public async Task<Result<ModelResponse>> Handle(CreateModel command, CancellationToken cancellationToken)
    {
        if (command.InputUsdPerMillion is null != command.OutputUsdPerMillion is null)
            return CatalogErrors.HalfPriced();

        var created = await models.CreateAsync(command, cancellationToken);
        if (created is null)
            return CatalogErrors.ModelAlreadyExists(command.ModelAlias!);

        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return created;
    }
}
