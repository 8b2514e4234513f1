using System.Reflection;

namespace SaasLlm.Architecture.Tests;

/// <summary>Endpoints turn a route into a request and a result into a response; the work is done behind the mediator.</summary>
internal sealed class EndpointTests
{
    private static readonly Type[] Endpoints =
        [.. Codebase.Api.WrittenTypes().Where(type => type.Name.EndsWith("Endpoints", StringComparison.Ordinal))];

    [Test]
    public void Scan_OfTheApi_FindsEndpoints() => Assert.That(Endpoints, Is.Not.Empty);

    [TestCaseSource(nameof(Endpoints))]
    public void Endpoint_InWhatItIsHanded_KnowsNeitherPortsNorInfrastructure(Type endpoints)
    {
        // A lambda is a method of a class that the compiler nests.
        var handed =
            from type in new[] { endpoints }.Concat(endpoints.GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public))
            from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            from parameter in method.GetParameters()
            where parameter.ParameterType.Assembly == Codebase.Infrastructure
                || parameter.ParameterType.Namespace?.StartsWith("SaasLlm.Application.Ports", StringComparison.Ordinal) == true
            select $"{method.Name}({parameter.ParameterType.Name})";

        Assert.That(handed, Is.Empty);
    }

    [Test]
    public void Endpoints_InTheirFiles_AreStaticClassesBesideTheirFeature()
    {
        Assert.That(Endpoints.Where(type => !(type.IsAbstract && type.IsSealed) || type.IsPublic), Is.Empty);
        Assert.That(
            Endpoints.Select(type => $"src/{type.Namespace!["SaasLlm.".Length..].Replace('.', '/')}/{type.Name}.cs"),
            Is.SubsetOf(Codebase.Product.Select(file => file.Path)));
    }
}
