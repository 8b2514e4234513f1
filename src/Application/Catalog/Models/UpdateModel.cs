using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.Models;

/// <summary>Changes what is given; what is absent stays. The built-in catalogue leaves the model alone from then on.</summary>
public sealed record UpdateModel : ModelFields, IRequest<Result<ModelResponse>>, ITransactional
{
    [JsonIgnore]
    public string ModelAlias { get; init; } = string.Empty;
}

internal sealed class UpdateModelValidator : ModelFieldsValidator<UpdateModel>
{
    public UpdateModelValidator() => RuleFor(command => command.ModelAlias).ValidId();
}

internal sealed class UpdateModelHandler(IModelRepository models, IChangeFeed changes) : IRequestHandler<UpdateModel, Result<ModelResponse>>
{
    public async Task<Result<ModelResponse>> Handle(UpdateModel command, CancellationToken cancellationToken)
    {
        var updated = await models.UpdateAsync(command, cancellationToken);
        if (updated is null)
            return CatalogErrors.ModelNotFound(command.ModelAlias);

        // Judged on the row as it came out, so that two changes at the same time cannot make half a price; the refusal rolls it back.
        // Built-in image models have no output price: other fields of theirs may change nevertheless.
        var touchesPrices = command.InputUsdPerMillion is not null || command.OutputUsdPerMillion is not null;
        if (touchesPrices && !updated.Priced)
            return CatalogErrors.HalfPriced();

        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return updated;
    }
}
