using SaasLlm.Testing;

namespace SaasLlm.Dashboard.Tests;

/// <summary>The page as it was built beside the service.</summary>
internal static class BuiltPage
{
    /// <summary>The folder that the service serves it from.</summary>
    public static string WebRoot()
    {
        var folder = Path.Combine(NodeScripts.Root(), "src/Api/bin/Release/net10.0/wwwroot");
        Assert.That(Path.Combine(folder, "dashboard/index.html"), Does.Exist, "./build.sh --target=Build builds the page.");
        return folder;
    }
}
