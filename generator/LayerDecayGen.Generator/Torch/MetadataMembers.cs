using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using LayerDecayGen.Generator.Reading;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Torch;

/// <summary>
/// Private fields of classes in other assemblies: the compiler does not import them as symbols, but TorchSharp registers them all the same.
/// Names and types come from the metadata tables.
/// </summary>
internal static class MetadataMembers
{
    /// <summary>Adds the private module and tensor fields of a class.</summary>
    public static void Collect(INamedTypeSymbol type, Compilation compilation, List<Member> members)
    {
        if (type.OriginalDefinition.MetadataToken == 0 || type.ContainingAssembly.GetMetadata() is not { } assembly) return;
        var reader = assembly.GetModules()[0].GetMetadataReader();
        var definition = reader.GetTypeDefinition(MetadataTokens.TypeDefinitionHandle(type.OriginalDefinition.MetadataToken & 0xFFFFFF));
        var types = new SignatureTypes(compilation, type.ContainingAssembly);
        foreach (var handle in definition.GetFields())
        {
            var field = reader.GetFieldDefinition(handle);
            if ((field.Attributes & FieldAttributes.Static) != 0 || (field.Attributes & FieldAttributes.FieldAccessMask) is not (FieldAttributes.Private or FieldAttributes.Assembly)) continue;
            var name = reader.GetString(field.Name);
            var held = field.DecodeSignature(types, type);
            if (!type.GetMembers(name).IsEmpty || !(TorchTypes.IsModule(held) || TorchTypes.IsTensor(held))) continue;
            members.Add(new Member(type, SourceName(name), name, held));
        }
    }

    /// <summary>Whether an assembly is stripped of private members, as those are that projects reference each other by.</summary>
    public static bool IsStripped(IAssemblySymbol assembly)
    {
        foreach (var attribute in assembly.GetAttributes())
            if (attribute.AttributeClass is { Name: "ReferenceAssemblyAttribute" })
                return true;
        return false;
    }

    private static string SourceName(string field) =>
        field.StartsWith("<", StringComparison.Ordinal) && field.EndsWith(">k__BackingField", StringComparison.Ordinal)
            ? field.Substring(1, field.IndexOf('>') - 1)
            : field;

    /// <summary>Signatures as symbols; null for what a module field never is.</summary>
    private sealed class SignatureTypes(Compilation compilation, IAssemblySymbol assembly) : ISignatureTypeProvider<ITypeSymbol?, INamedTypeSymbol>
    {
        public ITypeSymbol? GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            var definition = reader.GetTypeDefinition(handle);
            var name = reader.GetString(definition.Name);
            if (!definition.GetDeclaringType().IsNil)
                return (GetTypeFromDefinition(reader, definition.GetDeclaringType(), rawTypeKind) as INamedTypeSymbol)?.GetTypeMembers() is { } nested ? Named(nested, name) : null;
            var space = reader.GetString(definition.Namespace);
            return assembly.GetTypeByMetadataName(space.Length == 0 ? name : space + "." + name);
        }

        public ITypeSymbol? GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var reference = reader.GetTypeReference(handle);
            var name = reader.GetString(reference.Name);
            if (reference.ResolutionScope.Kind == HandleKind.TypeReference)
                return (GetTypeFromReference(reader, (TypeReferenceHandle)reference.ResolutionScope, rawTypeKind) as INamedTypeSymbol)?.GetTypeMembers() is { } nested ? Named(nested, name) : null;
            var space = reader.GetString(reference.Namespace);
            return compilation.GetTypeByMetadataName(space.Length == 0 ? name : space + "." + name);
        }

        public ITypeSymbol? GetGenericInstantiation(ITypeSymbol? genericType, ImmutableArray<ITypeSymbol?> typeArguments)
        {
            if (genericType is not INamedTypeSymbol { Arity: var arity } named || arity != typeArguments.Length) return null;
            var arguments = new ITypeSymbol[arity];
            for (var i = 0; i < arity; i++)
            {
                if (typeArguments[i] is not { } argument) return named;
                arguments[i] = argument;
            }

            return named.Construct(arguments);
        }

        public ITypeSymbol? GetTypeFromSpecification(MetadataReader reader, INamedTypeSymbol genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public ITypeSymbol? GetGenericTypeParameter(INamedTypeSymbol genericContext, int index) =>
            index < genericContext.TypeArguments.Length ? genericContext.TypeArguments[index] : null;

        public ITypeSymbol? GetModifiedType(ITypeSymbol? modifier, ITypeSymbol? unmodifiedType, bool isRequired) => unmodifiedType;

        public ITypeSymbol? GetArrayType(ITypeSymbol? elementType, ArrayShape shape) => null;

        public ITypeSymbol? GetByReferenceType(ITypeSymbol? elementType) => null;

        public ITypeSymbol? GetFunctionPointerType(MethodSignature<ITypeSymbol?> signature) => null;

        public ITypeSymbol? GetGenericMethodParameter(INamedTypeSymbol genericContext, int index) => null;

        public ITypeSymbol? GetPinnedType(ITypeSymbol? elementType) => null;

        public ITypeSymbol? GetPointerType(ITypeSymbol? elementType) => null;

        public ITypeSymbol? GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

        public ITypeSymbol? GetSZArrayType(ITypeSymbol? elementType) => null;

        private static INamedTypeSymbol? Named(ImmutableArray<INamedTypeSymbol> types, string metadataName)
        {
            foreach (var type in types)
                if (type.MetadataName == metadataName)
                    return type;
            return null;
        }
    }
}
