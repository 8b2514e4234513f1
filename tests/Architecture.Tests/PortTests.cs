using System.Reflection;
using System.Xml.Linq;

namespace SaasLlm.Architecture.Tests;

internal sealed class PortTests
{
    private static readonly Type[] PortTypes =
        [.. Codebase.Application.WrittenTypes().Where(type => type.IsPublic && type.Namespace!.StartsWith("SaasLlm.Application.Ports", StringComparison.Ordinal))];

    /// <summary>A call that was paid for is recorded whatever its caller does meanwhile.</summary>
    private static readonly string[] CannotBeCancelled = ["ICallSettlement.RecordAsync"];

    private static readonly HashSet<string> Documented = ReadDocumented();

    [TestCaseSource(nameof(PortTypes))]
    public void PortType_Always_SaysWhatItIsFor(Type port) =>
        Assert.That(Documented.Contains($"T:{port.FullName}"), Is.True);

    [TestCaseSource(nameof(PortTypes))]
    public void PortMethod_WhenAsynchronous_TakesTheCancellationTokenLast(Type port)
    {
        var without = port.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => IsAsynchronous(method.ReturnType) && method.Name != nameof(IAsyncDisposable.DisposeAsync))
            .Where(method => method.GetParameters().LastOrDefault()?.ParameterType != typeof(CancellationToken))
            .Select(method => $"{port.Name}.{method.Name}")
            .Except(CannotBeCancelled);

        Assert.That(without, Is.Empty);
    }

    [TestCaseSource(nameof(PortTypes))]
    public void PortMethod_WhenAsynchronous_SaysSoInItsName(Type port)
    {
        var unnamed = port.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => !method.IsSpecialName && IsAsynchronous(method.ReturnType) && !method.Name.EndsWith("Async", StringComparison.Ordinal));

        Assert.That(unnamed, Is.Empty);
    }

    private static bool IsAsynchronous(Type type)
    {
        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return open == typeof(Task) || open == typeof(Task<>) || open == typeof(ValueTask) || open == typeof(ValueTask<>) || open == typeof(IAsyncEnumerable<>);
    }

    /// <summary>Names in the compiler's documentation file that have a summary, or for positional records their parameters.</summary>
    private static HashSet<string> ReadDocumented()
    {
        var file = Path.ChangeExtension(Codebase.Application.Location, ".xml");
        return XDocument.Load(file).Descendants("member")
            .Where(member => member.Elements().Any(element => element.Name.LocalName is "summary" or "param" && !string.IsNullOrWhiteSpace(element.Value)))
            .Select(member => member.Attribute("name")!.Value)
            .ToHashSet(StringComparer.Ordinal);
    }
}
