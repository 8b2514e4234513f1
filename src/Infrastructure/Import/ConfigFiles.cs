using System.Text;
using Microsoft.Extensions.Configuration;
using SaasLlm.Application.Import;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;
using YamlDotNet.Core;

namespace SaasLlm.Infrastructure.Import;

/// <summary>YAML by YamlDotNet's events, so that nothing is made of a file but text, lists and maps.</summary>
internal sealed class ConfigFiles(IConfiguration configuration) : IConfigFiles
{
    private const int MaxBytes = 1024 * 1024;

    public Result<ConfigNode> ReadYaml(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
            return new Error("config_too_large", $"The file is larger than {MaxBytes} bytes.", ErrorKind.TooLarge);

        try
        {
            return new YamlTree(text).Read();
        }
        catch (YamlTreeException exception)
        {
            return Malformed(exception.Message, exception.Line, exception.Column);
        }
        catch (YamlException exception)
        {
            // Its message may quote the file, where keys stand.
            return Malformed("The file is not valid YAML", exception.Start.Line, exception.Start.Column);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            // Escapes that name no character make the parser throw what it happens to meet.
            return Malformed("The file is not valid YAML", 1, 1);
        }
    }

    public string? FindVariable(string name) =>
        name.Contains(':', StringComparison.Ordinal) || name.Contains("__", StringComparison.Ordinal) || configuration[name]?.Trim() is not { Length: > 0 } value
            ? null
            : value;

    private static Error Malformed(string what, long line, long column) =>
        new("malformed_yaml", $"{what} (line {line}, column {column}).", ErrorKind.Malformed);
}
