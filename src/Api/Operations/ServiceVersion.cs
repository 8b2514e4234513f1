using System.Reflection;

namespace SaasLlm.Api.Operations;

internal static class ServiceVersion
{
    public static string Text { get; } = typeof(ServiceVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
