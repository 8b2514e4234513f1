using System.Globalization;
using Microsoft.Extensions.Configuration;
using SaasLlm.Application.Settings;

namespace SaasLlm.Infrastructure.Settings;

/// <summary>A documented option.</summary>
/// <param name="Default">Null: none, or not known before the service runs.</param>
internal sealed record Setting(string Name, object? Default = null)
{
    private enum Kind
    {
        Plain,
        Secret,
        Address,
    }

    private Kind ShownAs { get; init; }

    /// <summary>Another name that serves as well.</summary>
    public string? Alternative { get; init; }

    /// <summary>Nothing of it is shown.</summary>
    public static Setting Secret(string name) => new(name) { ShownAs = Kind.Secret };

    /// <summary>Shown without what may be secret in an address: who signs in, and the query.</summary>
    public static Setting Address(string name) => new(name) { ShownAs = Kind.Address };

    public SettingResponse Show(IConfiguration configuration)
    {
        var configured = Read(configuration, Name) ?? (Alternative is null ? null : Read(configuration, Alternative));
        var standard = TextOf(Default);
        return new SettingResponse
        {
            Name = Name,
            IsSecret = ShownAs == Kind.Secret,
            IsDefault = configured is null || string.Equals(configured, standard, StringComparison.OrdinalIgnoreCase),
            Value = ShownAs switch
            {
                Kind.Secret => configured is null ? "not set" : "set",
                Kind.Address => configured is null ? standard : WithoutSecrets(configured),
                _ => configured ?? standard,
            },
        };
    }

    /// <summary>A value, or those of a list; null where there is none, or an empty one.</summary>
    private static string? Read(IConfiguration configuration, string name)
    {
        var section = configuration.GetSection(name);
        var text = section.Value ?? string.Join(", ", section.GetChildren().Select(item => item.Value ?? item.Key));
        return text.Length == 0 ? null : text;
    }

    private static string WithoutSecrets(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
            ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : "set";

    private static string? TextOf(object? value) => value switch
    {
        null => null,
        bool or Enum => Convert.ToString(value, CultureInfo.InvariantCulture)!.ToLowerInvariant(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
