using System.Reflection;

namespace SaasLlm.Architecture.Tests;

internal sealed class LayerTests
{
    private static readonly string[] ApplicationMayKnow =
    [
        "SaasLlm.Domain", "MediatR", "FluentValidation", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions",
    ];

    [Test]
    public void Domain_InItsReferences_KnowsOnlyTheRuntime() =>
        Assert.That(ReferencesOf(Codebase.Domain).Where(name => !IsRuntime(name)), Is.Empty);

    [Test]
    public void Domain_InItsProject_ReferencesNothing()
    {
        var project = Codebase.Sources.Single(file => file.Path == "src/Domain/SaasLlm.Domain.csproj");

        Assert.That(project.Text, Does.Not.Contain("Reference"));
    }

    [Test]
    public void Application_InItsReferences_KnowsNoTechnology() =>
        Assert.That(ReferencesOf(Codebase.Application).Where(name => !IsRuntime(name)).Except(ApplicationMayKnow), Is.Empty);

    [TestCase("System.Net.Http")]
    [TestCase("System.Data.Common")]
    [TestCase("System.Net.Sockets")]
    [TestCase("System.Net.HttpListener")]
    public void DomainAndApplication_InTheirReferences_DoNoInputOrOutput(string technology)
    {
        Assert.That(ReferencesOf(Codebase.Domain), Has.None.EqualTo(technology));
        Assert.That(ReferencesOf(Codebase.Application), Has.None.EqualTo(technology));
    }

    [Test]
    public void Infrastructure_InItsReferences_DoesNotKnowTheApi() =>
        Assert.That(ReferencesOf(Codebase.Infrastructure), Has.None.EqualTo("SaasLlm.Api"));

    [Test]
    public void Api_InItsReferences_RunsNoSql() => Assert.That(ReferencesOf(Codebase.Api), Has.None.EqualTo("Dapper"));

    [Test]
    public void Client_InItsReferences_KnowsTheServiceOnlyByItsDescription() =>
        Assert.That(ReferencesOf(Codebase.Client).Where(name => !IsRuntime(name)), Is.EqualTo(new[] { "Microsoft.Extensions.DependencyInjection.Abstractions" }));

    [Test]
    public void DomainEntities_InTheirProperties_HaveNoPublicSetter()
    {
        var settable =
            from type in Codebase.Domain.WrittenTypes()
            from property in type.GetProperties()
            where property.SetMethod is { IsPublic: true } setter
                && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit))
            select $"{type.Name}.{property.Name}";

        Assert.That(settable, Is.Empty);
    }

    [Test]
    public void Folders_InTheSources_AreNamedAfterWhatTheProductDoes()
    {
        string[] meaningless = ["Services", "Helpers", "Managers", "Utils", "Utilities", "Common", "Misc"];

        Assert.That(Codebase.Sources.Where(file => file.Path.Split('/')[..^1].Intersect(meaningless, StringComparer.OrdinalIgnoreCase).Any()), Is.Empty);
    }

    private static IEnumerable<string> ReferencesOf(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!);

    private static bool IsRuntime(string name) => name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard" or "mscorlib";
}
