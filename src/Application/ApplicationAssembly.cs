using System.Reflection;

namespace SaasLlm.Application;

/// <summary>Names this assembly for the registration scans, and the pipeline in its order: log, validate, transact.</summary>
public static class ApplicationAssembly
{
    public static Assembly Assembly => typeof(ApplicationAssembly).Assembly;

    /// <summary>
    /// The behaviours round every handler, outermost first. One that is shared keeps nothing of a request; the others are made
    /// for each.
    /// </summary>
    public static IReadOnlyList<(Type Behavior, bool IsShared)> Behaviors { get; } =
    [
        (typeof(Pipeline.LoggingBehavior<,>), true),
        (typeof(Pipeline.ValidationBehavior<,>), true),
        (typeof(Pipeline.TransactionBehavior<,>), false),
    ];
}
