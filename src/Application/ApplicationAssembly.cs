using System.Reflection;

namespace SaasLlm.Application;

/// <summary>Names this assembly for the registration scans, and the pipeline in its order: log, validate, transact.</summary>
public static class ApplicationAssembly
{
    public static Assembly Assembly => typeof(ApplicationAssembly).Assembly;

    /// <summary>The behaviours round every handler, outermost first.</summary>
    public static IReadOnlyList<Type> Behaviors { get; } =
    [
        typeof(Pipeline.LoggingBehavior<,>),
        typeof(Pipeline.ValidationBehavior<,>),
        typeof(Pipeline.TransactionBehavior<,>),
    ];
}
