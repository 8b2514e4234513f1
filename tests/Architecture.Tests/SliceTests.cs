using System.Text.RegularExpressions;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Infrastructure;

namespace SaasLlm.Architecture.Tests;

/// <summary>One slice a file: request, validator, handler, found by their names and registered once.</summary>
internal sealed class SliceTests
{
    private static readonly Type[] Requests = [.. Codebase.Application.WrittenTypes().Where(type => ArgumentsOf(type, typeof(IRequest<>)).Any() && !type.IsAbstract && !type.IsInterface)];

    private static readonly Type[] Handlers = [.. Codebase.Application.WrittenTypes().Where(type => ArgumentsOf(type, typeof(IRequestHandler<,>)).Any())];

    private static readonly Type[] Validators = [.. Codebase.Application.WrittenTypes().Where(type => ArgumentsOf(type, typeof(IValidator<>)).Any() && !type.IsAbstract)];

    [Test]
    public void Scan_OfTheApplication_FindsSlices()
    {
        Assert.That(Requests, Is.Not.Empty);
        Assert.That(Handlers, Is.Not.Empty);
        Assert.That(Validators, Is.Not.Empty);
    }

    [TestCaseSource(nameof(Requests))]
    public void Request_Always_HasExactlyOneHandlerOfItsName(Type request)
    {
        var handlers = Handlers.Where(handler => ArgumentsOf(handler, typeof(IRequestHandler<,>)).Contains(request)).ToArray();

        Assert.That(handlers.Select(handler => handler.FullName), Is.EqualTo(new[] { $"{request.FullName}Handler" }));
    }

    [TestCaseSource(nameof(Requests))]
    public void Request_Always_IsAnImmutablePublicRecord(Type request)
    {
        Assert.That(request.IsPublic, Is.True);
        Assert.That(request.GetMethod("<Clone>$"), Is.Not.Null, "a record");
        Assert.That(
            request.GetProperties().Where(property => property.SetMethod is { } setter
                && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit))),
            Is.Empty);
    }

    [TestCaseSource(nameof(Requests))]
    public void Request_Always_StandsInOneFileWithItsValidatorAndHandler(Type request)
    {
        var folder = $"src/{request.Namespace!["SaasLlm.".Length..].Replace('.', '/')}/";
        var slice = Codebase.Product.SingleOrDefault(file =>
            file.Path.StartsWith(folder, StringComparison.Ordinal) && Declares(file, "record", request.Name));

        Assert.That(slice, Is.Not.Null, $"{folder} declares it once");
        Assert.That(Declares(slice!, "class", $"{request.Name}Handler"), Is.True, "the handler");
        if (Validators.Any(validator => ArgumentsOf(validator, typeof(IValidator<>)).Contains(request)))
            Assert.That(Declares(slice!, "class", $"{request.Name}Validator"), Is.True, "the validator");
    }

    [Test]
    public void HandlersAndValidators_Always_AreInternalAndSealed() =>
        Assert.That(Handlers.Concat(Validators).Where(type => type.IsPublic || !type.IsSealed), Is.Empty);

    [TestCaseSource(nameof(Validators))]
    public void Validator_Always_IsNamedAfterWhatItValidates(Type validator) =>
        Assert.That(ArgumentsOf(validator, typeof(IValidator<>)).Select(type => $"{type.FullName}Validator"), Is.EqualTo(new[] { validator.FullName }));

    [TestCaseSource(nameof(Handlers))]
    public void Handler_InItsConstructor_TakesPortsAndNoTechnology(Type handler)
    {
        var foreign = handler.GetConstructors().SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => parameter.ParameterType)
            // The mediator: a use case that is made of other use cases sends them through the same ring.
            .Where(type => type != typeof(TimeProvider)
                && type != typeof(IMediator)
                && type.Namespace?.StartsWith("SaasLlm.Application", StringComparison.Ordinal) != true
                && type.Namespace?.StartsWith("SaasLlm.Domain", StringComparison.Ordinal) != true
                && type.Namespace?.StartsWith("Microsoft.Extensions.Logging", StringComparison.Ordinal) != true);

        Assert.That(foreign, Is.Empty);
    }

    [Test]
    public void Registration_ThroughAddSaasLlm_HasEachHandlerAndValidatorOnce()
    {
        var services = new ServiceCollection().AddSaasLlm(new ConfigurationBuilder().Build());
        var registered = services
            .Where(service => service.ServiceType.IsGenericType && !service.IsKeyedService)
            .Where(service => service.ServiceType.GetGenericTypeDefinition() is var type && (type == typeof(IRequestHandler<,>) || type == typeof(IValidator<>)))
            .Select(service => service.ImplementationType)
            .ToArray();

        Assert.That(registered, Is.Unique);
        Assert.That(registered, Is.EquivalentTo(Handlers.Concat(Validators)));
    }

    [Test]
    public void Pipeline_ThroughAddSaasLlm_LogsThenValidatesThenTransacts()
    {
        var services = new ServiceCollection().AddSaasLlm(new ConfigurationBuilder().Build());

        Assert.That(
            services.Where(service => service.ServiceType == typeof(IPipelineBehavior<,>)).Select(service => service.ImplementationType!.Name),
            Is.EqualTo(new[] { "LoggingBehavior`2", "ValidationBehavior`2", "TransactionBehavior`2" }));
    }

    [Test]
    public void Repositories_Always_AreInternalSealedAndBehindAPort()
    {
        var repositories = Codebase.Infrastructure.WrittenTypes().Where(type => type.Name.EndsWith("Repository", StringComparison.Ordinal)).ToArray();

        Assert.That(repositories, Is.Not.Empty);
        Assert.That(repositories.Where(type => type.IsPublic || !type.IsSealed || !type.GetInterfaces().Any(port => port.Assembly == Codebase.Application)), Is.Empty);
    }

    private static bool Declares(SourceFile file, string kind, string name) =>
        Regex.IsMatch(file.Text, $@"\b{kind} {name}\b", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    /// <summary>The type arguments with which a type implements an open generic interface; the request first.</summary>
    private static IEnumerable<Type> ArgumentsOf(Type type, Type open) =>
        type.GetInterfaces()
            .Where(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == open)
            .Select(candidate => candidate.GetGenericArguments()[0]);
}
